"""A painted photo: evening at a mountain lake, upright, taken with a camera that was held sideways."""

from __future__ import annotations

import io
import math
import random

from PIL import Image, ImageChops, ImageDraw, ImageFilter

__all__ = ["SIZE", "photo"]

SIZE = (2448, 3264)
"""As it is seen: eight megapixels, upright. The file has it lying on its side, with EXIF orientation 6."""
SHORE = 1980
_SUN = (830, 1270)
_Colour = tuple[int, int, int]


def photo() -> bytes:
    """The JPEG file."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F], exif[0x0110] = "Celeriac", "samples/photo.py"
    exif[0x0132] = "2026:11:22 17:04:00"
    file = io.BytesIO()
    lying = _scene().transpose(Image.Transpose.ROTATE_90)
    lying.save(file, "JPEG", quality=77, exif=exif, subsampling="4:2:0")
    return file.getvalue()


def _scene() -> Image.Image:
    land = _land()
    scene = Image.new("RGB", SIZE)
    scene.paste(land)
    scene.paste(_water(land), (0, SHORE))
    _reeds(scene)
    return ImageChops.add(scene, _grain(), scale=1, offset=-4)


def _land() -> Image.Image:
    """Everything above the water: sky, sun, clouds and four ridges, the nearest with trees on it."""
    image = _gradient((SIZE[0], SHORE), [(28, 44, 92), (96, 88, 140), (236, 150, 120), (255, 214, 150)])
    _glow(image)
    _clouds(image)
    ridges: list[tuple[int, int, _Colour]] = [
        (1500, 260, (150, 116, 148)),
        (1640, 210, (104, 84, 122)),
        (1790, 150, (62, 58, 92)),
        (1890, 50, (26, 32, 48)),
    ]
    for seed, (height, roughness, colour) in enumerate(ridges):
        _ridge(image, seed, height, roughness, colour)
    _trees(image)
    return image


def _gradient(size: tuple[int, int], colours: list[_Colour]) -> Image.Image:
    strip = Image.new("RGB", (1, len(colours)))
    for row, colour in enumerate(colours):
        strip.putpixel((0, row), colour)
    return strip.resize((1, size[1]), Image.Resampling.BICUBIC).resize(size)


def _glow(image: Image.Image) -> None:
    for radius, strength in ((900, 110), (420, 90), (150, 200)):
        disc = ImageChops.invert(Image.radial_gradient("L")).resize((2 * radius, 2 * radius))
        light = disc.point(lambda level, strength=strength: max(0, level - 75) * strength // 180)
        image.paste((255, 236, 190), (_SUN[0] - radius, _SUN[1] - radius), light)


def _clouds(image: Image.Image) -> None:
    chance = random.Random(11)
    veil = Image.new("L", (SIZE[0] // 4, SHORE // 4))
    draw = ImageDraw.Draw(veil)
    for _ in range(70):
        x, y, half = chance.randrange(veil.width), chance.randrange(40, 330), chance.randrange(30, 160)
        draw.ellipse((x - half, y - half // 12, x + half, y + half // 12), fill=chance.randrange(30, 110))
    image.paste((255, 190, 160), mask=veil.filter(ImageFilter.GaussianBlur(5)).resize(image.size))


def _ridge(image: Image.Image, seed: int, height: int, roughness: int, colour: _Colour) -> None:
    chance = random.Random(seed)
    waves = [(roughness / n**1.3, n * (0.9 + chance.random()) / SIZE[0], chance.random() * 9) for n in range(1, 60)]
    crest = [
        (x, height - sum(amplitude * math.sin(6.3 * frequency * x + phase) for amplitude, frequency, phase in waves))
        for x in range(0, SIZE[0] + 6, 6)
    ]
    ImageDraw.Draw(image).polygon([(0, SHORE), *crest, (SIZE[0] + 6, SHORE)], fill=colour)


def _trees(image: Image.Image) -> None:
    chance = random.Random(5)
    draw = ImageDraw.Draw(image)
    for x in sorted(chance.randrange(SIZE[0]) for _ in range(230)):
        height, foot = chance.randrange(60, 210), SHORE - chance.randrange(0, 50)
        for tier in range(6):
            top, half = foot - height + tier * height // 7, 4 + tier * height // 34
            draw.polygon([(x, top), (x - half, top + height // 4), (x + half, top + height // 4)], fill=(17, 22, 30))


def _water(land: Image.Image) -> Image.Image:
    """The land upside down, darker, and broken up by ripples that grow towards the viewer."""
    depth = SIZE[1] - SHORE
    mirrored = land.transpose(Image.Transpose.FLIP_TOP_BOTTOM).crop((0, 0, SIZE[0], depth))
    dark = Image.new("RGB", mirrored.size, (24, 34, 66))
    water = Image.blend(mirrored.filter(ImageFilter.GaussianBlur(3)), dark, 0.3)
    rippled = Image.new("RGB", water.size)
    for y in range(0, depth, 3):
        reach = 2 + y / 60
        shift = round(reach * math.sin(y * 0.21 + 4 * math.sin(y * 0.013)))
        rippled.paste(ImageChops.offset(water.crop((0, y, SIZE[0], y + 3)), shift, 0), (0, y))
    return rippled


def _reeds(image: Image.Image) -> None:
    chance = random.Random(8)
    draw = ImageDraw.Draw(image)
    for _ in range(170):
        x = chance.choice((chance.randrange(0, 800), chance.randrange(1900, SIZE[0])))
        height, lean = chance.randrange(240, 760), chance.randrange(-90, 90)
        stem = [(x + lean * (t / 12) ** 2, SIZE[1] - height * t / 12) for t in range(13)]
        draw.line(stem, fill=(12, 16 + chance.randrange(14), 20), width=chance.randrange(4, 10))
        x_top, y_top = stem[-1]
        if chance.random() < 0.3:
            draw.rounded_rectangle((x_top - 13, y_top - 90, x_top + 13, y_top + 30), 13, fill=(44, 28, 22))


def _grain() -> Image.Image:
    """A little film grain, the same every time."""
    chance = random.Random(3)
    small = Image.frombytes("L", (612, 816), bytes(byte % 9 for byte in chance.randbytes(612 * 816)))
    return Image.merge("RGB", [small.resize(SIZE, Image.Resampling.BILINEAR)] * 3)
