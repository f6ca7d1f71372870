int verify_nothing(void);
int verify_nothing(void)
{
    return 0;
}
