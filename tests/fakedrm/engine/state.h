/* What an engine is over all submissions of a process. */
#ifndef FAKEDRM_STATE_H
#define FAKEDRM_STATE_H

#include <stdbool.h>

enum engine_health { ENGINE_RUNS, ENGINE_HANGS, ENGINE_WAS_RESET };

unsigned engine_next_picture(void); /* 1 is the first that is encoded */

/* Whether it hangs or is reset at this picture; from then on engine_health tells. */
bool engine_stops(unsigned picture);
enum engine_health engine_health(void);

#endif
