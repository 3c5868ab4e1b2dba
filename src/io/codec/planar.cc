#include "io/codec/planar.h"

#include <cstdint>
#include <cstring>
#include <string>
#include <utility>

#include "core/buffer.h"
#include "core/copy.h"

namespace pantile {
namespace {

constexpr std::size_t kSizeBytes = 4;

class PlanarCodec final : public ChunkCodec {
 public:
  explicit PlanarCodec(std::shared_ptr<const ChunkCodec> of_one) : of_one_(std::move(of_one)) {}

  std::string identity() const override {
    const std::string one = of_one_->identity();
    return one.substr(0, one.find('/')) + "/planar";
  }

  std::unique_ptr<Scratch> make_scratch() const override {
    auto scratch = std::make_unique<PlaneScratch>();
    scratch->of_one = of_one_->make_scratch();
    return scratch;
  }

  Status encode(View chunk, Scratch& scratch, std::vector<std::byte>& out) const override {
    auto& s = static_cast<PlaneScratch&>(scratch);
    s.encoded.resize(static_cast<std::size_t>(chunk.channels()));
    std::vector<std::span<const std::byte>> planes;
    for (int c = 0; c < chunk.channels(); ++c) {
      const MutableView plane = s.plane_like(chunk.layout());
      copy_pixels(chunk.select_channels(c, c + 1), plane);
      std::vector<std::byte>& encoded = s.encoded[static_cast<std::size_t>(c)];
      PANTILE_TRY(of_one_->encode(std::as_const(s.plane).view(), *s.of_one, encoded));
      planes.emplace_back(encoded);
    }
    out = join_planes(planes);
    return {};
  }

  Status decode(std::span<const std::byte> bytes, Scratch& scratch,
                MutableView chunk) const override {
    auto& s = static_cast<PlaneScratch&>(scratch);
    PANTILE_ASSIGN(const auto planes, split_planes(bytes, chunk.channels()));
    for (int c = 0; c < chunk.channels(); ++c) {
      const MutableView plane = s.plane_like(chunk.layout());
      PANTILE_TRY(of_one_->decode(planes[static_cast<std::size_t>(c)], *s.of_one, plane));
      copy_pixels(std::as_const(s.plane).view(), chunk.select_channels(c, c + 1));
    }
    return {};
  }

  std::int64_t working_bytes(const Layout& chunk) const override {
    const Layout plane = Layout::interleaved(chunk.dtype, chunk.height, chunk.width, 1);
    const auto plane_bytes = static_cast<std::int64_t>(plane.packed_bytes());
    // All encoded planes, which may have grown a little, are held twice while they are joined.
    return of_one_->working_bytes(plane) + plane_bytes +
           2 * chunk.channels * (plane_bytes + plane_bytes / 64 + 1024);
  }

 private:
  struct PlaneScratch final : Scratch {
    std::unique_ptr<Scratch> of_one;
    PixelBuffer plane;
    std::vector<std::vector<std::byte>> encoded;

    MutableView plane_like(const Layout& chunk) {
      const Layout now = std::as_const(plane).view().layout();
      if (plane.empty() || now.dtype != chunk.dtype || now.height != chunk.height ||
          now.width != chunk.width) {
        plane = PixelBuffer(chunk.dtype, chunk.height, chunk.width, 1);
      }
      return plane.view();
    }
  };

  std::shared_ptr<const ChunkCodec> of_one_;
};

}  // namespace

std::shared_ptr<const ChunkCodec> make_planar(std::shared_ptr<const ChunkCodec> of_one) {
  return std::make_shared<const PlanarCodec>(std::move(of_one));
}

std::vector<std::byte> join_planes(const std::vector<std::span<const std::byte>>& planes) {
  std::size_t bytes = kSizeBytes * planes.size();
  for (const auto plane : planes) bytes += plane.size();
  std::vector<std::byte> joined;
  joined.reserve(bytes);
  for (const auto plane : planes) {
    const auto size = static_cast<std::uint32_t>(plane.size());
    for (std::size_t b = 0; b < kSizeBytes; ++b) {
      joined.push_back(static_cast<std::byte>(size >> (8 * b)));
    }
  }
  for (const auto plane : planes) joined.insert(joined.end(), plane.begin(), plane.end());
  return joined;
}

Result<std::vector<std::span<const std::byte>>> split_planes(std::span<const std::byte> joined,
                                                             int planes) {
  const auto wrong = [] { return Error(Code::corrupt, "its channels' sizes do not add up"); };
  const std::size_t head = kSizeBytes * static_cast<std::size_t>(planes);
  if (joined.size() < head) return wrong();
  std::span<const std::byte> rest = joined.subspan(head);
  std::vector<std::span<const std::byte>> all;
  for (std::size_t c = 0; c < static_cast<std::size_t>(planes); ++c) {
    std::size_t size = 0;
    for (std::size_t b = 0; b < kSizeBytes; ++b) {
      size |= static_cast<std::size_t>(joined[kSizeBytes * c + b]) << (8 * b);
    }
    if (size > rest.size()) return wrong();
    all.push_back(rest.first(size));
    rest = rest.subspan(size);
  }
  if (!rest.empty()) return wrong();
  return all;
}

}  // namespace pantile
