/* SPDX-License-Identifier: MIT */
#include "va/codec.h"

#include "codec/clip.h"
#include "va/image.h"

#include <stdio.h>
#include <string.h>

/* No picture parameters are larger; slice data has no surfaces in it and is never copied. */
#define PATCHED_MAX 4096

/* What a picture looked like, for the words. */
struct look {
    const struct clip *clip;
    uint32_t luma, chroma; /* checksums */
    uint32_t bits;         /* that were set in any sample */
};

struct player {
    struct va_session *session;
    const struct clip *clip;
    struct va_codec *facts;
    VAConfigID config;
    VAContextID context;
    VASurfaceID surfaces[CLIP_SURFACES_MAX];
    bool has_surfaces, has_download;
    struct transfer download;
    VABufferID buffers[CLIP_BUFFERS_MAX];
    int buffer_count;
};

static bool player_open(struct player *player)
{
    struct va_session *session = player->session;
    const struct clip *clip = player->clip;
    const unsigned format = clip->is_10_bit ? VA_RT_FORMAT_YUV420_10 : VA_RT_FORMAT_YUV420;
    VAConfigAttrib attribute = {.type = VAConfigAttribRTFormat, .value = format};
    VASurfaceAttrib pixels = {
        .type = VASurfaceAttribPixelFormat,
        .flags = VA_SURFACE_ATTRIB_SETTABLE,
        .value = {.type = VAGenericValueTypeInteger,
                  .value.i = clip->is_10_bit ? VA_FOURCC_P010 : VA_FOURCC_NV12}};

    if (!VA_CALL(session, vaCreateConfig, session->display, (VAProfile)clip->profile,
                 VAEntrypointVLD, &attribute, 1, &player->config))
        return false;
    player->has_surfaces =
        VA_CALL(session, vaCreateSurfaces, session->display, format, clip->coded_width,
                clip->coded_height, player->surfaces, clip->surface_count, &pixels, 1);
    return player->has_surfaces &&
           VA_CALL(session, vaCreateContext, session->display, player->config,
                   (int)clip->coded_width, (int)clip->coded_height, VA_PROGRESSIVE,
                   player->surfaces, (int)clip->surface_count, &player->context);
}

static void player_close(struct player *player)
{
    struct va_session *session = player->session;

    if (player->has_download)
        transfer_close(session, &player->download);
    if (player->context != VA_INVALID_ID)
        (void)VA_TRY(session, vaDestroyContext, session->display, player->context);
    if (player->has_surfaces)
        (void)VA_TRY(session, vaDestroySurfaces, session->display, player->surfaces,
                     (int)player->clip->surface_count);
    if (player->config != VA_INVALID_ID)
        (void)VA_TRY(session, vaDestroyConfig, session->display, player->config);
}

/* The clip's bytes, with the ids that the surfaces have here. */
static const uint8_t *data_patch(const struct player *player, uint32_t index,
                                 uint8_t room[PATCHED_MAX])
{
    const struct clip *clip = player->clip;
    const struct clip_buffer *buffer = &clip->buffers[index];
    const uint8_t *data = clip->data + buffer->at;

    for (uint32_t i = 0; i < clip->place_count; i++) {
        const struct clip_place *place = &clip->places[i];
        if (place->buffer != index)
            continue;
        if (data != room)
            data = memcpy(room, data, buffer->size);
        memcpy(room + place->offset, &player->surfaces[place->surface], sizeof(VASurfaceID));
    }
    return data;
}

static bool buffers_create(struct player *player, const struct clip_picture *picture)
{
    struct va_session *session = player->session;
    uint8_t room[PATCHED_MAX];

    for (uint32_t i = 0; i < picture->buffer_count; i++) {
        uint32_t index = picture->buffer + i;
        const struct clip_buffer *buffer = &player->clip->buffers[index];
        const uint8_t *data = data_patch(player, index, room);

        /* libva copies the data; its parameter only lacks the const. */
        if (!VA_CALL(session, vaCreateBuffer, session->display, player->context,
                     (VABufferType)buffer->type, buffer->size, 1, (void *)data,
                     &player->buffers[player->buffer_count]))
            return false;
        player->buffer_count++;
    }
    return true;
}

static void buffers_destroy(struct player *player)
{
    struct va_session *session = player->session;

    while (player->buffer_count) {
        player->buffer_count--;
        (void)VA_TRY(session, vaDestroyBuffer, session->display,
                     player->buffers[player->buffer_count]);
    }
}

static bool submit(struct player *player, VASurfaceID surface)
{
    struct va_session *session = player->session;

    return VA_CALL(session, vaBeginPicture, session->display, player->context, surface) &&
           VA_CALL(session, vaRenderPicture, session->display, player->context, player->buffers,
                   player->buffer_count) &&
           VA_CALL(session, vaEndPicture, session->display, player->context) &&
           VA_CALL(session, vaSyncSurface, session->display, surface);
}

static uint32_t bits_collect(const uint8_t *row, size_t samples, bool is_wide)
{
    uint32_t bits = 0;

    for (size_t i = 0; i < samples; i++)
        bits |= is_wide ? (uint32_t)(row[2 * i] | row[2 * i + 1] << 8) : row[i];
    return bits;
}

static void look_take(void *context, const struct nv12 *picture)
{
    struct look *look = context;
    const struct clip *clip = look->clip;
    const size_t row = (size_t)clip->width * (clip->is_10_bit ? 2 : 1);

    for (uint32_t y = 0; y < clip->height; y++) {
        const uint8_t *luma = picture->luma + y * picture->luma_pitch;
        look->luma = clip_checksum(look->luma, luma, row);
        look->bits |= bits_collect(luma, clip->width, clip->is_10_bit);
    }
    for (uint32_t y = 0; y < clip->height / 2; y++)
        look->chroma =
            clip_checksum(look->chroma, picture->chroma + y * picture->chroma_pitch, row);
}

static bool picture_read(struct player *player, VASurfaceID surface, struct look *ret)
{
    struct va_session *session = player->session;
    const struct clip *clip = player->clip;

    *ret = (struct look){.clip = clip};
    if (!player->has_download)
        player->has_download = transfer_open_download_as(
            session, &player->download, surface, clip->coded_width, clip->coded_height,
            clip->is_10_bit ? VA_FOURCC_P010 : VA_FOURCC_NV12);
    return player->has_download &&
           transfer_read(session, &player->download, surface, look_take, ret);
}

/* Ten bits stand in the upper ones of 16. */
static void looks_like(const struct look *look, uint32_t index, char *ret, size_t size)
{
    for (uint32_t i = 0; i < index; i++) {
        if (look->clip->pictures[i].luma == look->luma)
            (void)snprintf(ret, size, "picture %u again", i);
    }
    if (look->bits == 0)
        (void)snprintf(ret, size, "all zeros");
    else if (look->clip->is_10_bit && look->bits & 0x3f)
        (void)snprintf(ret, size, "in the wrong bits of 16");
    else if (look->clip->is_10_bit && !(look->bits & 0xc0))
        (void)snprintf(ret, size, "8 bit, where 10 were coded");
}

/* Right ones are counted; the first wrong one ends it, for the others are made of it. */
static bool picture_judge(struct player *player, uint32_t index, const struct look *look)
{
    const struct clip_picture *picture = &player->clip->pictures[index];
    struct va_codec *facts = player->facts;

    facts->is_luma_wrong = look->luma != picture->luma;
    facts->is_chroma_wrong = look->chroma != picture->chroma;
    facts->is_wrong = facts->is_luma_wrong || facts->is_chroma_wrong;
    if (facts->is_wrong)
        looks_like(look, index, facts->looks_like, sizeof(facts->looks_like));
    else
        facts->pictures++;
    return !facts->is_wrong;
}

static bool picture_decode(struct player *player, uint32_t index)
{
    const struct clip_picture *picture = &player->clip->pictures[index];
    VASurfaceID surface = player->surfaces[picture->surface];
    struct look look;
    bool ok;

    player->facts->picture = index;
    player->session->facts->progress.frame = index;
    ok = buffers_create(player, picture) && submit(player, surface);
    buffers_destroy(player);
    return ok && picture_read(player, surface, &look) && picture_judge(player, index, &look);
}

/* At most `most` pictures of it. */
static void clip_play(struct va_session *session, const struct clip *clip, uint32_t most,
                      struct va_codec *facts)
{
    struct player player = {.session = session,
                            .clip = clip,
                            .facts = facts,
                            .config = VA_INVALID_ID,
                            .context = VA_INVALID_ID};
    bool ok;

    session->failure = &facts->failure;
    facts->count = most < clip->picture_count ? most : clip->picture_count;
    ok = player_open(&player);
    for (uint32_t i = 0; ok && i < facts->count; i++)
        ok = picture_decode(&player, i);
    facts->done = ok;
    player_close(&player);
}

static bool is_offered(const struct va_facts *facts, const struct clip *clip)
{
    for (uint32_t i = 0; i < facts->entrypoints.count; i++) {
        const struct va_row *row = &facts->entrypoints.rows[i];
        if (row->profile == clip->profile && row->entrypoint == VAEntrypointVLD)
            return true;
    }
    return false;
}

/* All of them, and first: what one codec crashes on says nothing about whether another is offered.
 */
void codecs_find(struct va_session *session)
{
    for (int codec = 0; codec < CODEC_COUNT; codec++) {
        const struct clip *clip = clip_of((enum codec)codec);
        session->facts->codecs[codec].offered = clip && is_offered(session->facts, clip);
    }
}

void codecs_run(struct va_session *session, const struct va_request *request)
{
    const uint32_t asked = va_clips_asked(request);
    /* --frames and --quick are about an own stream, where there is one. */
    const uint32_t most = request->decode_only ? request->frames : CLIP_PICTURES_MAX;

    if (!asked)
        return;
    session->facts->progress.step = VA_STEP_CODECS;
    for (int codec = 0; codec < CODEC_COUNT; codec++) {
        struct va_codec *facts = &session->facts->codecs[codec];
        if ((asked & CODEC_BIT(codec)) && facts->offered)
            clip_play(session, clip_of((enum codec)codec), most, facts);
    }
}
