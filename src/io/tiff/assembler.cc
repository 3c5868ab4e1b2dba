#include "io/tiff/assembler.h"

#include <fmt/format.h>

#include <utility>

#include "io/codec/crc32c.h"
#include "io/tiff/fragment.h"
#include "io/tiff/head.h"
#include "io/tiff/plan_tiles.h"

namespace pantile::tiff {
namespace {

constexpr std::size_t kBlockBytes = std::size_t{4} << 20;

}  // namespace

Assembler::Assembler(const SinkPlan& plan, ImageTags tags, Dialect dialect,
                     const Fingerprint& plan_hash, ByteStore& target, std::string key,
                     const ByteStore& parts)
    : layout_(plan),
      tags_(std::move(tags)),
      dialect_(dialect),
      plan_hash_(plan_hash),
      target_(target),
      key_(std::move(key)),
      parts_(parts),
      order_(file_order(layout_)),
      levels_(plan.spec.levels.size()) {
  sums_.plan = plan_hash_;
  for (std::size_t i = 0; i < levels_.size(); ++i) {
    const TileGrid grid = layout_.chunks(static_cast<int>(i));
    const auto count = static_cast<std::size_t>(grid.count());
    levels_[i].offsets.resize(count);
    levels_[i].bytes.resize(count);
    sums_.levels.push_back({static_cast<std::uint64_t>(grid.columns()),
                            static_cast<std::uint64_t>(grid.rows()),
                            std::vector<std::uint32_t>(count)});
  }
  sums_.head_bytes = plan_head(tags_, dialect_, levels_).bytes;
  sums_.file_bytes = sums_.head_bytes;
}

Status Assembler::open() {
  PANTILE_ASSIGN(writer_, target_.open_writer(key_));
  return writer_->append(Bytes(sums_.head_bytes));  // written over at the end
}

Result<bool> Assembler::advance(std::int64_t most_units,
                                const std::function<bool(UnitId)>& is_committed) {
  for (std::int64_t n = 0; n < most_units && next_ < order_.size(); ++n) {
    const UnitId unit = order_[next_];
    if (!is_committed(unit)) return false;
    if (writer_ == nullptr) PANTILE_TRY(open());
    PANTILE_TRY(copy_unit(unit));
    ++next_;
  }
  return next_ == order_.size();
}

Status Assembler::copy_unit(UnitId unit) {
  const std::vector<std::uint64_t> tiles = tiles_of(layout_, unit);
  PANTILE_ASSIGN(const auto table, read_fragment_table(parts_, plan_hash_, unit, tiles));
  const std::string fragment = fragment_key(plan_hash_, unit);
  const auto level = static_cast<std::size_t>(unit.level);
  std::int64_t from = fragment_head_bytes(table.size());
  Bytes block;
  for (auto first = table.begin(); first != table.end();) {
    auto end = first;
    std::size_t bytes = 0;
    do bytes += (end++)->bytes;
    while (end != table.end() && bytes + end->bytes <= kBlockBytes);
    block.resize(bytes);
    PANTILE_TRY(parts_.read_into(fragment, from, block));
    from += static_cast<std::int64_t>(bytes);
    std::span<const std::byte> rest(block);
    for (; first != end; rest = rest.subspan(first->bytes), ++first) {
      if (crc32c(rest.first(first->bytes)) != first->crc) {
        return Error(Code::corrupt, fmt::format("{}/{}: tile {} does not match its checksum",
                                                parts_.name(), fragment, first->index));
      }
      levels_[level].offsets[first->index] = sums_.file_bytes;
      levels_[level].bytes[first->index] = first->bytes;
      sums_.levels[level].tile_crcs[first->index] = first->crc;
      sums_.file_bytes += first->bytes;
    }
    PANTILE_TRY(writer_->append(block));
  }
  return {};
}

Result<std::int64_t> Assembler::finish() {
  if (next_ != order_.size()) {
    return Error(Code::internal, key_ + ": put together before all of it was there");
  }
  const Bytes front = write_head(tags_, dialect_, levels_);
  sums_.head_crc = crc32c(front);
  PANTILE_TRY(writer_->overwrite(0, front));
  // The sidecar first: once the TIFF has its name, nothing is missing.
  const Bytes sidecar = encode_sums(sums_);
  PANTILE_TRY(target_.write(sums_key(key_), sidecar));
  PANTILE_TRY(writer_->commit());
  writer_.reset();
  return static_cast<std::int64_t>(sums_.file_bytes + sidecar.size());
}

}  // namespace pantile::tiff
