int hook_nothing(void);
int hook_nothing(void)
{
    return 0;
}
