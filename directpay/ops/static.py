"""How static files are kept: under names that change with what is in them, and packed with gzip."""

from typing import Any

from whitenoise.compress import Compressor
from whitenoise.storage import CompressedManifestStaticFilesStorage


class GzippedFiles(CompressedManifestStaticFilesStorage):
    """Without Brotli, which whitenoise takes where it happens to be installed: the first start would wait a minute for it."""

    def create_compressor(self, **kwargs: Any) -> Compressor:
        return Compressor(use_brotli=False, **kwargs)
