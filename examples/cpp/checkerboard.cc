// An image of one's own: everything Pantile does starts from a TileSource.
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "pantile/tile_source.h"
#include "pantile/write_image.h"

namespace {

class Checkerboard : public pantile::TileSource {
 public:
  explicit Checkerboard(std::int64_t side = 1'000'000) : side_(side) {
    spec_.name = "checkerboard";
    spec_.levels = {{.width = side, .height = side, .scale = {}, .offset = {}}};
  }
  const pantile::ImageSpec& spec() const override { return spec_; }
  pantile::Cost cost(const pantile::Region&) const override { return {}; }
  /// Names everything that decides a pixel; a board of other squares needs another text.
  pantile::Fingerprint fingerprint() const override {
    return pantile::fingerprint_of("checkerboard " + std::to_string(side_) + " squares 8");
  }

  pantile::Status read(const pantile::Region& region, pantile::MutableView out,
                       pantile::ReadContext&) const override {
    if (auto status = pantile::check_read(spec_, region, out); !status.ok()) return status;
    for (std::int64_t y = 0; y < out.height(); ++y) {
      for (std::int64_t x = 0; x < out.width(); ++x) {
        const bool white = ((region.rect.x0 + x) / 8 + (region.rect.y0 + y) / 8) % 2 == 1;
        *out.at(y, x) = white ? std::byte{255} : std::byte{0};
      }
    }
    return {};
  }

 private:
  std::int64_t side_;
  pantile::ImageSpec spec_;
};

}  // namespace

int main(int argc, char** argv) {
  const auto board = std::make_shared<Checkerboard>();
  const pantile::Rect corner{999'984, 999'984, 1'000'000, 1'000'000};
  std::vector<std::byte> pixels(16 * 16);
  const auto layout = pantile::Layout::interleaved(pantile::DType::u8, 16, 16, 1);
  pantile::ReadContext context;
  const auto status =
      board->read(board->spec().region(0, corner), {pixels.data(), layout}, context);
  if (!status.ok()) {
    std::fprintf(stderr, "%s\n", status.error().message().c_str());
    return 1;
  }
  for (int y = 0; y < 16; y += 8) {
    std::printf("%c%c\n", pixels[y * 16] == std::byte{0} ? '.' : '#',
                pixels[y * 16 + 8] == std::byte{0} ? '.' : '#');
  }
  if (argc < 2) return 0;

  // With a folder: a smaller board as a store with levels, a TIFF and previews. Stopped, it goes
  // on.
  pantile::OutputOptions output;
  output.out = argv[1];
  const auto summary = pantile::write_image(std::make_shared<Checkerboard>(5000), output, {});
  if (!summary.ok()) {
    std::fprintf(stderr, "%s\n", summary.error().message().c_str());
    return 1;
  }
  std::printf("%lld pixels in %.1f s\n", static_cast<long long>(summary->pixels_done),
              summary->wall_s);
  return 0;
}
