#include "pipeline/process/open_input.h"

#include "ops/cache/cached_source.h"
#include "pipeline/folder/open_image.h"

namespace pantile {

Result<OpenImage> open_input(const std::string& path) {
  Result<OpenImage> opened = open_image(path);
  if (!opened.ok()) return with_repair_advice(opened.error(), path);
  if (format_of(opened->path) == FileFormat::tiff) {
    opened->source = CachedSource::over(opened->source);
  }
  return opened;
}

}  // namespace pantile
