/* SPDX-License-Identifier: MIT */
/*
 * Encodes our test pattern with Cisco's openh264, for our parser to read: an encoder that shares no
 * code with us or with x264. Each picture gets an access unit delimiter in front, which openh264
 * does not write and h264_accept goes by.
 *
 *     openh264_encode WxH FRAMES SLICES OUTPUT.h264
 */
#include "picture/pattern.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wels/codec_api.h>

struct job {
    ISVCEncoder *encoder;
    int width, height, frames, slices;
    struct pattern pattern;
    unsigned char *nv12, *i420;
    FILE *output;
};

static bool encoder_open(struct job *job)
{
    SEncParamExt parameters;

    if (WelsCreateSVCEncoder(&job->encoder) != 0 ||
        (*job->encoder)->GetDefaultParams(job->encoder, &parameters) != 0)
        return false;
    parameters.iPicWidth = job->width;
    parameters.iPicHeight = job->height;
    parameters.fMaxFrameRate = 30;
    parameters.iRCMode = RC_OFF_MODE;
    parameters.uiIntraPeriod = 8;
    parameters.iMultipleThreadIdc = 1;
    parameters.sSpatialLayers[0].iVideoWidth = job->width;
    parameters.sSpatialLayers[0].iVideoHeight = job->height;
    parameters.sSpatialLayers[0].fFrameRate = 30;
    parameters.sSpatialLayers[0].sSliceArgument.uiSliceMode =
        job->slices > 1 ? SM_FIXEDSLCNUM_SLICE : SM_SINGLE_SLICE;
    parameters.sSpatialLayers[0].sSliceArgument.uiSliceNum = (unsigned)job->slices;
    return (*job->encoder)->InitializeExt(job->encoder, &parameters) == 0;
}

/* openh264 takes three planes. */
static void picture_draw(struct job *job, int frame)
{
    size_t luma = (size_t)job->width * (size_t)job->height;
    const struct nv12 picture = {.luma = job->nv12,
                                 .chroma = job->nv12 + luma,
                                 .luma_pitch = (uint32_t)job->width,
                                 .chroma_pitch = (uint32_t)job->width,
                                 .width = (uint32_t)job->width,
                                 .height = (uint32_t)job->height};

    pattern_draw(&job->pattern, (uint32_t)frame, &picture);
    memcpy(job->i420, job->nv12, luma);
    for (size_t i = 0; i < luma / 4; i++) {
        job->i420[luma + i] = job->nv12[luma + 2 * i];
        job->i420[luma + luma / 4 + i] = job->nv12[luma + 2 * i + 1];
    }
}

static bool picture_encode(struct job *job, int frame)
{
    static const unsigned char delimiter[] = {0, 0, 0, 1, 9, 0xf0};
    size_t luma = (size_t)job->width * (size_t)job->height;
    SFrameBSInfo info = {0};
    SSourcePicture source = {
        .iColorFormat = videoFormatI420,
        .iStride = {job->width, job->width / 2, job->width / 2, 0},
        .pData = {job->i420, job->i420 + luma, job->i420 + luma + luma / 4, NULL},
        .iPicWidth = job->width,
        .iPicHeight = job->height,
        .uiTimeStamp = (long long)frame * 33,
    };

    picture_draw(job, frame);
    if ((*job->encoder)->EncodeFrame(job->encoder, &source, &info) != 0 ||
        info.eFrameType == videoFrameTypeSkip ||
        fwrite(delimiter, sizeof(delimiter), 1, job->output) != 1)
        return false;
    for (int i = 0; i < info.iLayerNum; i++) {
        const SLayerBSInfo *layer = &info.sLayerInfo[i];
        size_t size = 0;
        for (int nal = 0; nal < layer->iNalCount; nal++)
            size += (size_t)layer->pNalLengthInByte[nal];
        if (fwrite(layer->pBsBuf, size, 1, job->output) != 1)
            return false;
    }
    return true;
}

int main(int argc, char **argv)
{
    struct job job = {0};
    bool ok = argc == 5 && sscanf(argv[1], "%dx%d", &job.width, &job.height) == 2; /* NOLINT */

    if (!ok)
        return 2;
    job.frames = (int)strtol(argv[2], NULL, 10);
    job.slices = (int)strtol(argv[3], NULL, 10);
    job.nv12 = malloc((size_t)job.width * (size_t)job.height * 2);
    job.i420 = malloc((size_t)job.width * (size_t)job.height * 2);
    job.output = fopen(argv[4], "we");
    ok = job.nv12 && job.i420 && job.output &&
         pattern_open(&job.pattern, (uint32_t)job.width, (uint32_t)job.height) == 0 &&
         encoder_open(&job);
    for (int frame = 0; ok && frame < job.frames; frame++)
        ok = picture_encode(&job, frame);
    pattern_close(&job.pattern);
    if (job.encoder) {
        (void)(*job.encoder)->Uninitialize(job.encoder);
        WelsDestroySVCEncoder(job.encoder);
    }
    free(job.nv12);
    free(job.i420);
    if (job.output && fclose(job.output))
        ok = false;
    return ok ? 0 : 1;
}
