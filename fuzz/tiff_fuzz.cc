// A made-up file opens or is refused; what opens can be read or is refused.
#include <cstdint>
#include <cstdio>
#include <string>

#include <unistd.h>

#include "core/buffer.h"
#include "io/tiff/tiff_source.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string path = "/dev/shm/pantile-tiff-fuzz-" + std::to_string(getpid()) + ".tif";
  std::FILE* file = std::fopen(path.c_str(), "wb");
  if (file == nullptr) return 0;
  std::fwrite(data, 1, size, file);
  std::fclose(file);
  if (auto source = pantile::tiff::TiffSource::open(path); source.ok()) {
    const auto& spec = (*source)->spec();
    for (std::size_t level = 0; level < spec.levels.size() && spec.channels <= 16; ++level) {
      const pantile::Rect corner = intersect(spec.levels[level].bounds(), {0, 0, 64, 64});
      pantile::PixelBuffer pixels(spec.dtype, corner.height(), corner.width(), spec.channels);
      pantile::ReadContext context;
      static_cast<void>(
          (*source)->read(spec.region(static_cast<int>(level), corner), pixels.view(), context));
    }
  }
  std::remove(path.c_str());
  return 0;
}
