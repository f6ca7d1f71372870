#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""table.py NAME RECORD PICTURES WxH FORMAT: the C table of a clip, on standard output.

RECORD is what record.c wrote, PICTURES what the reference decoder made of the stream, in the order of showing."""
import struct
import sys
import zlib

PICTURE_PARAMETERS = 0
# Pictures of these are shown in the order of a count, at this offset of the picture parameters.
COUNTS = {'7': 12, '17': 4, '18': 4}


def read_record(path):
    """Profile, context size, and of each picture its target and buffers (type, bytes, surface offsets)."""
    profile, size, pictures = None, None, []
    for line in open(path, encoding='ascii'):
        word, *rest = line.split()
        if word == 'config' and rest[1] == '1':
            profile, pictures = rest[0], []  # what was decoded before is of another codec
        elif word == 'context':
            size = (int(rest[0]), int(rest[1]))
        elif word == 'begin':
            pictures.append((int(rest[0]), []))
        elif word == 'buffer':
            kind, element, count = map(int, rest[:3])
            data = bytes.fromhex(rest[3])
            assert count == 1 and len(data) == element, 'a buffer of several elements'
            pictures[-1][1].append((kind, data, []))
        elif word == 'surface':
            pictures[-1][1][-1][2].append(int(rest[0]))
    return profile, size, pictures


def shown_order(profile, pictures):
    """For each picture in the order of decoding, which one of those shown it is."""
    if profile not in COUNTS:
        return list(range(len(pictures)))
    counts = [struct.unpack_from('<i', buffers[0][1], COUNTS[profile])[0] for _, buffers in pictures]
    return [sorted(counts).index(count) for count in counts]


def checksums(raw, width, height, sample):
    """Of brightness and colours of each picture: NV12 or P010, without padding."""
    luma = width * height * sample
    whole = luma * 3 // 2
    assert len(raw) % whole == 0
    return [(zlib.crc32(raw[at:at + luma]), zlib.crc32(raw[at + luma:at + whole])) for at in range(0, len(raw), whole)]


def byte_lines(data):
    line = '   '
    for byte in data:
        if len(line) + 5 > 120:
            yield line
            line = '   '
        line += f' {byte},'
    yield line


def main():
    name, record, raw, size, pixels = sys.argv[1:]
    width, height = map(int, size.split('x'))
    profile, (coded_width, coded_height), pictures = read_record(record)
    sums = checksums(open(raw, 'rb').read(), width, height, 2 if pixels == 'p010le' else 1)
    order = shown_order(profile, pictures)
    assert len(sums) == len(pictures), f'{len(sums)} pictures are shown, {len(pictures)} decoded'
    slots, data, buffers, places, rows = {}, b'', [], [], []
    for index, (target, list_) in enumerate(pictures):
        slots.setdefault(target, len(slots))
        rows.append((len(buffers), len(list_), slots[target], *sums[order[index]]))
        for kind, content, offsets in list_:
            content = bytearray(content)
            for offset in offsets:
                surface, = struct.unpack_from('<I', content, offset)
                if surface == 0xffffffff:
                    continue
                places.append((len(buffers), offset, slots[surface]))
                struct.pack_into('<I', content, offset, 0)
            buffers.append((kind, len(content), len(data)))
            data += content
    symbol = 'clip_' + name.rsplit('.', 1)[0].replace('-', '_')
    print('/* SPDX-License-Identifier: MIT */')
    print(f'/* Made by tests/clips/make of tests/clips/{name}: not to be edited. */')
    print('/* clang-format off */')
    print('#include "codec/clip.h"\n')
    print('static const uint8_t data[] = {')
    print('\n'.join(byte_lines(data)))
    print('};\n')
    print('/* type, size, where in data */')
    print('static const struct clip_buffer buffers[] = {')
    for kind, length, at in buffers:
        print(f'    {{{kind}, {length}, {at}}},')
    print('};\n')
    print('/* buffer, offset of the surface in it, which surface */')
    print('static const struct clip_place places[] = {')
    for row in places:
        print('    {%d, %d, %d},' % row)
    print('};\n')
    print('/* first buffer, how many, target surface, checksums of brightness and colours */')
    print('static const struct clip_picture pictures[] = {')
    for row in rows:
        print('    {%d, %d, %d, 0x%08x, 0x%08x},' % row)
    print('};\n')
    print(f'const struct clip {symbol} = {{')
    print(f'    .profile = {profile}, .coded_width = {coded_width}, .coded_height = {coded_height},')
    print(f'    .width = {width}, .height = {height}, .is_10_bit = {int(pixels == "p010le")},')
    print(f'    .surface_count = {len(slots)},')
    print('    .data = data, .buffers = buffers, .places = places, .pictures = pictures,')
    print(f'    .place_count = {len(places)}, .picture_count = {len(rows)},')
    print('};')


main()
