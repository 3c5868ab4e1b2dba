/// Reads a Zarr image with our reader and writes a level's samples raw to standard output, plane by
/// plane in the order t, c, z, y, x, for test_zarr_readers.py to compare.
///
///     dump_zarr <path> <level>
/// Exit 1 and one line on standard error when it cannot be read: "<code>: <message>".
#include <cstdio>
#include <cstdlib>

#include "core/buffer.h"
#include "io/zarr/zarr_source.h"

namespace pantile {
namespace {

Status dump(const char* path, int level) {
  PANTILE_ASSIGN(const auto source, zarr::open_path(path));
  const ImageSpec& spec = source->spec();
  if (level < 0 || level >= static_cast<int>(spec.levels.size())) {
    return Error(Code::invalid, "there is no such level");
  }
  const Rect rect = spec.levels[static_cast<std::size_t>(level)].bounds();
  PixelBuffer plane(spec.dtype, rect.height(), rect.width(), 1);
  ReadContext context;
  for (std::int64_t t = 0; t < spec.t; ++t) {
    for (int c = 0; c < spec.channels; ++c) {
      for (std::int64_t z = 0; z < spec.z; ++z) {
        PANTILE_TRY(source->read({level, t, z, c, c + 1, rect}, plane.view(), context));
        if (std::fwrite(plane.data(), 1, plane.size_bytes(), stdout) != plane.size_bytes()) {
          return Error(Code::io, "cannot write to standard output");
        }
      }
    }
  }
  return {};
}

}  // namespace
}  // namespace pantile

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: dump_zarr <path> <level>\n");
    return EXIT_FAILURE;
  }
  const pantile::Status status = pantile::dump(argv[1], std::atoi(argv[2]));
  if (!status.ok()) {
    std::fprintf(stderr, "%s: %s\n", std::string(code_name(status.error().code())).c_str(),
                 status.error().message().c_str());
    return EXIT_FAILURE;
  }
  return EXIT_SUCCESS;
}
