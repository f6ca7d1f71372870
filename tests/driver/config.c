/* SPDX-License-Identifier: MIT */
/* Profiles, entrypoints and their attributes. */
#include "calls.h"
#include "software.h"

#include <stdlib.h>

#define PROFILE_COUNT 5

static const VAProfile profiles[PROFILE_COUNT] = {VAProfileH264ConstrainedBaseline,
                                                  VAProfileH264Main, VAProfileH264High,
                                                  VAProfileHEVCMain, VAProfileHEVCMain10};

static bool profile_is_offered(const struct driver *drv, VAProfile profile)
{
    if (software_has(profile))
        return fault_is_on(&drv->faults, FAULT_CODECS);
    if (fault_is_on(&drv->faults, FAULT_NO_H264))
        return false;
    if (profile == VAProfileH264ConstrainedBaseline && fault_is_on(&drv->faults, FAULT_NO_CBP))
        return false;
    for (int i = 0; i < PROFILE_COUNT; i++) {
        if (profiles[i] == profile)
            return true;
    }
    return false;
}

static const struct {
    VAEntrypoint entrypoint;
    enum fault removed_by[3];
} entrypoints[] = {
    {VAEntrypointVLD, {FAULT_NO_VLD, FAULT_NO_VLD, FAULT_NO_VLD}},
    {VAEntrypointEncSlice, {FAULT_NO_ENCSLICE, FAULT_LP_ONLY, FAULT_NO_ENCODE}},
    {VAEntrypointEncSliceLP, {FAULT_NO_LP, FAULT_NO_ENCODE, FAULT_NO_ENCODE}},
};

#define ENTRYPOINT_COUNT ((int)(sizeof(entrypoints) / sizeof(entrypoints[0])))

static bool row_is_offered(const struct driver *drv, VAProfile profile, int row)
{
    if (software_has(profile) && entrypoints[row].entrypoint != VAEntrypointVLD)
        return false;
    for (int i = 0; i < 3; i++) {
        if (fault_is_on(&drv->faults, entrypoints[row].removed_by[i]))
            return false;
    }
    return true;
}

static bool has_videoproc(const struct driver *drv)
{
    return !fault_is_on(&drv->faults, FAULT_NO_VIDEOPROC);
}

static VAStatus pair_check(const struct driver *drv, VAProfile profile, VAEntrypoint entrypoint)
{
    if (profile == VAProfileNone && has_videoproc(drv))
        return entrypoint == VAEntrypointVideoProc ? VA_STATUS_SUCCESS
                                                   : VA_STATUS_ERROR_UNSUPPORTED_ENTRYPOINT;
    if (!profile_is_offered(drv, profile))
        return VA_STATUS_ERROR_UNSUPPORTED_PROFILE;
    for (int i = 0; i < ENTRYPOINT_COUNT; i++) {
        if (entrypoints[i].entrypoint == entrypoint && row_is_offered(drv, profile, i))
            return VA_STATUS_SUCCESS;
    }
    return VA_STATUS_ERROR_UNSUPPORTED_ENTRYPOINT;
}

VAStatus config_profiles(struct driver *drv, VAProfile *list, int *count)
{
    *count = 0;
    if (has_videoproc(drv))
        list[(*count)++] = VAProfileNone;
    for (int i = 0; i < PROFILE_COUNT; i++) {
        if (profile_is_offered(drv, profiles[i]))
            list[(*count)++] = profiles[i];
    }
    return VA_STATUS_SUCCESS;
}

VAStatus config_entrypoints(struct driver *drv, VAProfile profile, VAEntrypoint *list, int *count)
{
    if (profile == VAProfileNone && has_videoproc(drv)) {
        *count = 1;
        *list = VAEntrypointVideoProc;
        return VA_STATUS_SUCCESS;
    }
    if (!profile_is_offered(drv, profile))
        return VA_STATUS_ERROR_UNSUPPORTED_PROFILE;
    *count = 0;
    for (int i = 0; i < ENTRYPOINT_COUNT; i++) {
        if (row_is_offered(drv, profile, i))
            list[(*count)++] = entrypoints[i].entrypoint;
    }
    return VA_STATUS_SUCCESS;
}

static uint32_t rate_control_modes(const struct driver *drv)
{
    if (fault_is_on(&drv->faults, FAULT_NO_RATE_CONTROL))
        return VA_ATTRIB_NOT_SUPPORTED;
    if (fault_is_on(&drv->faults, FAULT_RATE_CONTROL))
        return VA_RC_CQP | VA_RC_CBR | VA_RC_VBR;
    return VA_RC_CQP;
}

static uint32_t packed_headers(const struct driver *drv)
{
    if (fault_is_on(&drv->faults, FAULT_NO_PACKED))
        return VA_ATTRIB_NOT_SUPPORTED;
    if (fault_is_on(&drv->faults, FAULT_PACKED_SEQ_ONLY))
        return VA_ENC_PACKED_HEADER_SEQUENCE;
    return VA_ENC_PACKED_HEADER_SEQUENCE | VA_ENC_PACKED_HEADER_PICTURE |
           VA_ENC_PACKED_HEADER_SLICE | VA_ENC_PACKED_HEADER_MISC | VA_ENC_PACKED_HEADER_RAW_DATA;
}

static uint32_t attribute_value(const struct driver *drv, VAProfile profile,
                                VAEntrypoint entrypoint, VAConfigAttribType type)
{
    bool is_encoder = entrypoint != VAEntrypointVLD && entrypoint != VAEntrypointVideoProc;

    switch ((int)type) {
    case VAConfigAttribRTFormat:
        return profile == VAProfileHEVCMain10 ? VA_RT_FORMAT_YUV420_10 : VA_RT_FORMAT_YUV420;
    case VAConfigAttribMaxPictureWidth:
    case VAConfigAttribMaxPictureHeight:
        return PICTURE_SIDE_MAX;
    case VAConfigAttribDecSliceMode:
        return entrypoint == VAEntrypointVLD ? VA_DEC_SLICE_MODE_NORMAL : VA_ATTRIB_NOT_SUPPORTED;
    case VAConfigAttribRateControl:
        return is_encoder ? rate_control_modes(drv) : VA_ATTRIB_NOT_SUPPORTED;
    case VAConfigAttribEncPackedHeaders:
        return is_encoder ? packed_headers(drv) : VA_ATTRIB_NOT_SUPPORTED;
    case VAConfigAttribEncMaxRefFrames: /* one in list 0, none in list 1: no B pictures */
        return is_encoder ? 1 : VA_ATTRIB_NOT_SUPPORTED;
    case VAConfigAttribEncMaxSlices:
        return is_encoder ? SLICES_MAX : VA_ATTRIB_NOT_SUPPORTED;
    case VAConfigAttribEncSliceStructure:
        return is_encoder ? VA_ENC_SLICE_STRUCTURE_ARBITRARY_MACROBLOCKS : VA_ATTRIB_NOT_SUPPORTED;
    default:
        return VA_ATTRIB_NOT_SUPPORTED;
    }
}

VAStatus config_attributes(struct driver *drv, VAProfile profile, VAEntrypoint entrypoint,
                           VAConfigAttrib *list, int count)
{
    VAStatus status = pair_check(drv, profile, entrypoint);

    if (status != VA_STATUS_SUCCESS)
        return status;
    for (int i = 0; i < count; i++)
        list[i].value = attribute_value(drv, profile, entrypoint, list[i].type);
    return VA_STATUS_SUCCESS;
}

static bool is_single_bit(uint32_t value)
{
    return value && !(value & (value - 1));
}

/* Picky on purpose: real drivers differ in what they let pass, so nothing unasked for passes. */
static VAStatus attribute_accept(struct driver *drv, struct config *config,
                                 const VAConfigAttrib *attribute)
{
    uint32_t offered = attribute_value(drv, config->profile, config->entrypoint, attribute->type);

    if (offered == VA_ATTRIB_NOT_SUPPORTED)
        return driver_refuse(drv, VA_STATUS_ERROR_ATTR_NOT_SUPPORTED,
                             "create config: attribute %d is not offered", (int)attribute->type);
    switch ((int)attribute->type) {
    case VAConfigAttribRTFormat:
        if (!(attribute->value & offered))
            return VA_STATUS_ERROR_UNSUPPORTED_RT_FORMAT;
        return VA_STATUS_SUCCESS;
    case VAConfigAttribRateControl:
        config->rate_control = attribute->value;
        if (is_single_bit(attribute->value) && attribute->value & offered)
            return VA_STATUS_SUCCESS;
        break;
    case VAConfigAttribEncPackedHeaders:
        config->packed_headers = attribute->value;
        if (!(attribute->value & ~offered))
            return VA_STATUS_SUCCESS;
        break;
    default:
        return VA_STATUS_SUCCESS;
    }
    return driver_refuse(drv, VA_STATUS_ERROR_INVALID_VALUE,
                         "create config: attribute %d has value 0x%x, offered 0x%x",
                         (int)attribute->type, attribute->value, offered);
}

VAStatus config_create(struct driver *drv, VAProfile profile, VAEntrypoint entrypoint,
                       VAConfigAttrib *list, int count, VAConfigID *ret_id)
{
    struct config new = {.profile = profile, .entrypoint = entrypoint}, *config;
    VAStatus status = pair_check(drv, profile, entrypoint);

    if (entrypoint != VAEntrypointVLD && entrypoint != VAEntrypointVideoProc)
        new.rate_control = VA_RC_CQP;
    for (int i = 0; i < count && status == VA_STATUS_SUCCESS; i++)
        status = attribute_accept(drv, &new, &list[i]);
    if (status != VA_STATUS_SUCCESS)
        return status;
    config = malloc(sizeof(*config));
    if (!config)
        return VA_STATUS_ERROR_ALLOCATION_FAILED;
    *config = new;
    status = object_add(&drv->objects[OBJECT_CONFIG], config, ret_id);
    if (status != VA_STATUS_SUCCESS)
        free(config);
    return status;
}

VAStatus config_destroy(struct driver *drv, VAConfigID id)
{
    struct config *config = object_take(&drv->objects[OBJECT_CONFIG], id);

    free(config);
    return config ? VA_STATUS_SUCCESS : VA_STATUS_ERROR_INVALID_CONFIG;
}

VAStatus config_query(struct driver *drv, VAConfigID id, VAProfile *profile,
                      VAEntrypoint *entrypoint, VAConfigAttrib *list, int *count)
{
    const struct config *config = object_get(&drv->objects[OBJECT_CONFIG], id);

    if (!config)
        return VA_STATUS_ERROR_INVALID_CONFIG;
    *profile = config->profile;
    *entrypoint = config->entrypoint;
    *count = 0;
    list[(*count)++] = (VAConfigAttrib){
        VAConfigAttribRTFormat,
        attribute_value(drv, config->profile, config->entrypoint, VAConfigAttribRTFormat)};
    if (config->entrypoint == VAEntrypointVLD || config->entrypoint == VAEntrypointVideoProc)
        return VA_STATUS_SUCCESS;
    list[(*count)++] = (VAConfigAttrib){VAConfigAttribRateControl, config->rate_control};
    list[(*count)++] = (VAConfigAttrib){VAConfigAttribEncPackedHeaders, config->packed_headers};
    return VA_STATUS_SUCCESS;
}
