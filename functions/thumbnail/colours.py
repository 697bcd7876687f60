"""Every image brought to eight bits a channel in sRGB, so that nothing depends on a profile that is not passed on."""

from __future__ import annotations

import io

from PIL import Image, ImageCms

__all__ = ["eight_bit", "in_srgb", "without_idle_alpha"]

_SIXTEEN_BIT_STEP = 256


def eight_bit(image: Image.Image) -> Image.Image:
    """The image in a mode that can be resampled: L, RGB, RGBA or CMYK."""
    if image.mode.startswith("I"):  # 16-bit grey: convert() alone clips everything above 255 to white
        return image.point(lambda level: level / _SIXTEEN_BIT_STEP).convert("L")
    target = "RGBA" if image.has_transparency_data else "RGB"
    return image if image.mode in (target, "L", "CMYK") else image.convert(target)


def in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """The image's colours as its ICC profile means them; a profile that cannot be used is as good as none."""
    target = "RGBA" if image.mode == "RGBA" else "RGB"
    if profile:
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            converted = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode=target)
        except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
            converted = None
        if converted is not None:
            return converted
    return image.convert("RGB") if image.mode == "CMYK" else image


def without_idle_alpha(image: Image.Image) -> Image.Image:
    """The image without its alpha channel where every pixel is opaque."""
    if image.mode == "RGBA" and image.getchannel("A").getextrema() == (255, 255):
        return image.convert("RGB")
    return image
