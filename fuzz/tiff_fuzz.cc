// A made-up file opens or is refused; what opens can be read or is refused.
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <string>

#include "input.h"
#include "io/tiff/tiff_source.h"
#include "read_corners.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // A file in memory that has no name but this one: nothing is made and removed for each run.
  static const int file = memfd_create("tiff", MFD_CLOEXEC);
  static const std::string path = "/proc/self/fd/" + std::to_string(file);
  pantile::require(ftruncate(file, static_cast<off_t>(size)) == 0);
  pantile::require(pwrite(file, data, size, 0) == static_cast<ssize_t>(size));
  if (auto source = pantile::tiff::TiffSource::open(path); source.ok()) {
    pantile::read_corners(**source);
  }
  return 0;
}
