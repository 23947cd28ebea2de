"""Static files are served under names that carry their hash, compressed once at collection."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class Storage(CompressedManifestStaticFilesStorage):
    # `import "./x.js"` in our ES modules must name the hashed file too.
    support_js_module_import_aggregation = True
