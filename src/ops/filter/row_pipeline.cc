#include "ops/filter/row_pipeline.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace pantile::filter {
namespace {

constexpr std::size_t kAlignBytes = 64;
/// What a block's rows may take of a core's second-level cache.
constexpr std::int64_t kCacheBytes = std::int64_t{384} << 10;
constexpr std::int64_t kLeastWidth = 256, kMostWidth = 4096;

std::size_t rounded_up(std::size_t bytes) {
  return (bytes + kAlignBytes - 1) / kAlignBytes * kAlignBytes;
}

void fill(std::byte* to, std::size_t count, RowType type, double value) {
  const auto with = [&]<class T>(T v) { std::fill_n(reinterpret_cast<T*>(to), count, v); };
  switch (type) {
    case RowType::u8: return with(static_cast<std::uint8_t>(std::clamp(value, 0.0, 255.0)));
    case RowType::u16: return with(static_cast<std::uint16_t>(std::clamp(value, 0.0, 65535.0)));
    case RowType::f32: return with(static_cast<float>(value));
    case RowType::f64: return with(value);
  }
}

}  // namespace

/// What a block asks of one node.
struct RowPipeline::NodePlan {
  Rect need;                  ///< Empty: nothing. Beyond the image only where `stored`.
  std::int64_t lead = 0;      ///< Rows that it is ahead of the result.
  std::int64_t capacity = 1;  ///< Rows that are kept.
  std::int64_t pad = 0;       ///< Columns beyond either edge of the image.
  bool stored = false;        ///< Made before all else, all of it: others look around the edges.
  Boundary boundary = Boundary::reflect;  ///< Its readers'.
  double outside = 0;
  std::size_t row_bytes = 0, first = 0;  ///< From one row to the next; to column need.x0.
  std::size_t rows_at = 0, outside_at = 0;
};

struct RowPipeline::Plan {
  std::vector<NodePlan> nodes;
  std::size_t operator_at = 0, bytes = 0;
};

RowPipeline::Scratch::Scratch() = default;
RowPipeline::Scratch::~Scratch() = default;
RowPipeline::Scratch::Scratch(Scratch&&) noexcept = default;
RowPipeline::Scratch& RowPipeline::Scratch::operator=(Scratch&&) noexcept = default;

RowPipeline::RowPipeline(std::vector<Node> nodes, std::int64_t width, std::int64_t height)
    : nodes_(std::move(nodes)), width_(width), height_(height) {
  leaves_ = static_cast<std::size_t>(
      std::ranges::count_if(nodes_, [](const Node& node) { return node.op == nullptr; }));
  // A column's share, in the middle of a large image.
  const Plan plan = plan_block({0, 0, std::min(width_, kLeastWidth), height_}, nodes_.size() - 1);
  std::int64_t column_bytes = 0;
  for (std::size_t n = 0; n < nodes_.size(); ++n) {
    if (plan.nodes[n].need.empty() || plan.nodes[n].stored) continue;
    column_bytes += plan.nodes[n].capacity * static_cast<std::int64_t>(bytes_of(nodes_[n].type));
  }
  const std::int64_t fits = kCacheBytes / std::max<std::int64_t>(1, column_bytes);
  const auto step = static_cast<std::int64_t>(kRowAlign);
  best_width_ = std::clamp(fits / step * step, kLeastWidth, kMostWidth);
}

/// The rectangles that nodes up to `last` have to give for `block` of `last`, and where their rows
/// lie.
RowPipeline::Plan RowPipeline::plan_block(const Rect& block, std::size_t last) const {
  Plan plan;
  plan.nodes.resize(last + 1);
  plan.nodes[last].need = block;
  const Rect image{0, 0, width_, height_};
  std::vector<std::int64_t> behind(last + 1, 0);  // rows kept behind the newest
  for (std::size_t n = last; n > 0; --n) {
    const NodePlan& reader = plan.nodes[n];
    if (reader.need.empty() || reader.stored || nodes_[n].op == nullptr) continue;
    const Reach reach = nodes_[n].op->reach();
    for (const int input : nodes_[n].inputs) {
      NodePlan& source = plan.nodes[static_cast<std::size_t>(input)];
      const Rect& r = reader.need;
      const Rect seen{r.x0 - reach.x, r.y0 - reach.y, r.x1 + reach.x, r.y1 + reach.y};
      const bool looks_around = nodes_[n].boundary == Boundary::wrap && !image.contains(seen);
      source.stored = source.stored || looks_around;
      source.need = united(source.need, source.stored ? seen : intersect(seen, image));
      source.lead = std::max(source.lead, reader.lead + reach.y);
      if (reach.x > 0 || reach.y > 0) {
        source.pad = std::max<std::int64_t>(source.pad, reach.x);
        source.boundary = nodes_[n].boundary;
        source.outside = nodes_[n].outside;
      }
    }
  }
  // Only now are all leads known.
  for (std::size_t n = last; n > 0; --n) {
    if (plan.nodes[n].need.empty() || plan.nodes[n].stored || nodes_[n].op == nullptr) continue;
    for (const int input : nodes_[n].inputs) {
      const auto i = static_cast<std::size_t>(input);
      behind[i] =
          std::max(behind[i], plan.nodes[i].lead - plan.nodes[n].lead + nodes_[n].op->reach().y);
    }
  }
  std::size_t operator_bytes = 0;
  for (std::size_t n = 0; n <= last; ++n) {
    NodePlan& node = plan.nodes[n];
    if (node.need.empty()) continue;
    const std::size_t sample = bytes_of(nodes_[n].type);
    const auto pad = static_cast<std::size_t>(node.pad);
    const std::size_t columns = aligned_columns(static_cast<std::size_t>(node.need.width()));
    node.capacity = node.stored ? node.need.height() : std::min(node.need.height(), behind[n] + 1);
    node.first = rounded_up(pad * sample);
    node.row_bytes = rounded_up(node.first + (columns + pad + 2 * kRowAlign) * sample);
    node.rows_at = plan.bytes;
    plan.bytes += node.row_bytes * static_cast<std::size_t>(node.capacity);
    if (node.boundary == Boundary::constant) {
      node.outside_at = plan.bytes;
      plan.bytes += node.row_bytes;
    }
    if (nodes_[n].op != nullptr && !node.stored) {
      operator_bytes = std::max(operator_bytes, nodes_[n].op->scratch_bytes(columns));
    }
  }
  plan.operator_at = plan.bytes;
  plan.bytes += rounded_up(operator_bytes);
  return plan;
}

std::vector<Rect> RowPipeline::required_inputs(const Rect& block) const {
  const Plan plan = plan_block(block, nodes_.size() - 1);
  const auto stored = [](const NodePlan& node) { return node.stored; };
  // Around the edges: as good as everything.
  if (std::ranges::any_of(plan.nodes, stored)) {
    return std::vector<Rect>(leaves_, Rect{0, 0, width_, height_});
  }
  std::vector<Rect> rects(leaves_);
  for (std::size_t n = 0; n < nodes_.size(); ++n) {
    if (nodes_[n].op == nullptr) {
      rects[static_cast<std::size_t>(nodes_[n].leaf)] = plan.nodes[n].need;
    }
  }
  return rects;
}

std::int64_t RowPipeline::scratch_bytes(std::int64_t width, std::int64_t height) const {
  const Rect middle{(width_ - std::min(width, width_)) / 2,
                    (height_ - std::min(height, height_)) / 2, 0, 0};
  const Rect blocks[] = {{0, 0, std::min(width, width_), std::min(height, height_)},
                         {middle.x0, middle.y0, middle.x0 + std::min(width, width_),
                          middle.y0 + std::min(height, height_)}};
  std::size_t most = 0;
  for (const Rect& block : blocks) {
    // A run within a run for every operator that looks around the edges.
    std::size_t bytes = 0;
    for (std::size_t n = 0; n < nodes_.size(); ++n) {
      const Plan plan = plan_block(block, n);
      const bool stores =
          std::ranges::any_of(plan.nodes, [](const NodePlan& node) { return node.stored; });
      if (n + 1 == nodes_.size() || stores) bytes += plan.bytes + kAlignBytes;
    }
    most = std::max(most, bytes);
  }
  return static_cast<std::int64_t>(most);
}

Status RowPipeline::run(const Rect& block, RowFeed& feed, RowDrain& drain, Scratch& scratch) const {
  PANTILE_ASSIGN(const bool is_done, run_uniform(block, feed, drain, scratch));
  if (is_done) return {};
  return run_until(nodes_.size() - 1, block, feed, drain, scratch);
}

namespace {

/// Keeps one sample.
class Sample final : public RowDrain {
 public:
  explicit Sample(std::size_t size) : size_(size) {}
  void row(std::int64_t, std::int64_t, std::int64_t, const std::byte* from) override {
    std::memcpy(bytes_, from, size_);
  }
  const std::byte* bytes() const { return bytes_; }

 private:
  std::byte bytes_[sizeof(double)] = {};
  std::size_t size_;
};

}  // namespace

/// Operators know nothing but the samples around: of an even ground they make one. False: that is
/// not so, and nothing was made.
Result<bool> RowPipeline::run_uniform(const Rect& block, RowFeed& feed, RowDrain& drain,
                                      Scratch& scratch) const {
  const auto pixels = static_cast<std::size_t>(block.area());
  if (nodes_.size() == 1 || pixels <= kRowAlign) return false;
  const Plan plan = plan_block(block, nodes_.size() - 1);
  const Rect image{0, 0, width_, height_};
  std::vector<Rect> of_leaves(leaves_);
  for (std::size_t n = 0; n < nodes_.size(); ++n) {
    const NodePlan& node = plan.nodes[n];
    if (node.need.empty()) continue;
    if (node.stored) return false;
    if (nodes_[n].op == nullptr) {
      of_leaves[static_cast<std::size_t>(nodes_[n].leaf)] = node.need;
    } else if (nodes_[n].boundary == Boundary::constant) {
      const Reach reach = nodes_[n].op->reach();
      const Rect& r = node.need;
      // (What lies beyond the edges may be something else.)
      if (!image.contains({r.x0 - reach.x, r.y0 - reach.y, r.x1 + reach.x, r.y1 + reach.y})) {
        return false;
      }
    }
  }
  PANTILE_TRY(feed.prepare(of_leaves));
  if (!feed.is_uniform(of_leaves)) return false;
  const std::size_t size = bytes_of(nodes_.back().type);
  Sample sample(size);
  PANTILE_TRY(run_until(nodes_.size() - 1, {block.x0, block.y0, block.x0 + 1, block.y0 + 1}, feed,
                        sample, scratch));
  std::vector<std::byte> row(static_cast<std::size_t>(block.width()) * size);
  for (std::size_t at = 0; at < row.size(); at += size) {
    std::memcpy(row.data() + at, sample.bytes(), size);
  }
  for (std::int64_t y = block.y0; y < block.y1; ++y) drain.row(y, block.x0, block.x1, row.data());
  return true;
}

namespace {

/// Rows of a node that is made before all else.
class Store final : public RowDrain {
 public:
  Store(std::byte* to, std::size_t row_bytes, std::size_t sample, std::int64_t y_moved,
        std::int64_t x_moved)
      : to_(to), row_bytes_(row_bytes), sample_(sample), y_moved_(y_moved), x_moved_(x_moved) {}
  void row(std::int64_t y, std::int64_t x0, std::int64_t x1, const std::byte* from) override {
    std::memcpy(to_ + (y + y_moved_) * static_cast<std::ptrdiff_t>(row_bytes_) +
                    (x0 + x_moved_) * static_cast<std::ptrdiff_t>(sample_),
                from, static_cast<std::size_t>(x1 - x0) * sample_);
  }

 private:
  std::byte* to_;
  std::size_t row_bytes_, sample_;
  std::int64_t y_moved_, x_moved_;
};

/// [from, to) of a line that goes round in `n`: calls piece(begin, end, moved) with what lies in
/// [0, n), at begin + moved of the line.
template <class Piece>
Status for_pieces(std::int64_t from, std::int64_t to, std::int64_t n, Piece piece) {
  while (from < to) {
    const std::int64_t begin = ((from % n) + n) % n;
    const std::int64_t count = std::min(n - begin, to - from);
    PANTILE_TRY(piece(begin, begin + count, from - begin));
    from += count;
  }
  return {};
}

}  // namespace

/// Fills the columns beyond the image's edges that `row` touches; `row` is column need.x0.
void RowPipeline::extend(const NodePlan& node, RowType type, std::byte* row) const {
  const auto with = [&]<class T>(T*) {
    T* const samples = reinterpret_cast<T*>(row) - node.need.x0;  // by column of the image
    const auto put = [&](std::int64_t x) {
      const std::int64_t from = inside(x, width_, node.boundary);
      if (from < 0) {
        fill(reinterpret_cast<std::byte*>(samples + x), 1, type, node.outside);
      } else {
        samples[x] = samples[from];
      }
    };
    if (node.need.x0 == 0) {
      for (std::int64_t x = -node.pad; x < 0; ++x) put(x);
    }
    if (node.need.x1 == width_) {
      for (std::int64_t x = width_; x < width_ + node.pad; ++x) put(x);
    }
  };
  switch (type) {
    case RowType::u8: return with(static_cast<std::uint8_t*>(nullptr));
    case RowType::u16: return with(static_cast<std::uint16_t*>(nullptr));
    case RowType::f32: return with(static_cast<float*>(nullptr));
    case RowType::f64: return with(static_cast<double*>(nullptr));
  }
}

Status RowPipeline::run_until(std::size_t last, const Rect& block, RowFeed& feed, RowDrain& drain,
                              Scratch& scratch) const {
  const Plan plan = plan_block(block, last);
  if (scratch.bytes_.size() < plan.bytes + kAlignBytes) {
    scratch.bytes_.assign(plan.bytes + kAlignBytes, std::byte{0});
  }
  void* aligned = scratch.bytes_.data();
  std::size_t room = scratch.bytes_.size();
  std::byte* const memory =
      static_cast<std::byte*>(std::align(kAlignBytes, plan.bytes, aligned, room));
  const auto row_of = [&](std::size_t n, std::int64_t y) {
    const NodePlan& node = plan.nodes[n];
    const auto slot = static_cast<std::size_t>((y - node.need.y0) % node.capacity);
    return memory + node.rows_at + slot * node.row_bytes + node.first;
  };

  // What others look for around the edges is there before they begin.
  for (std::size_t n = 0; n <= last; ++n) {
    const NodePlan& node = plan.nodes[n];
    if (node.need.empty()) continue;
    if (node.boundary == Boundary::constant) {
      fill(memory + node.outside_at, node.row_bytes / bytes_of(nodes_[n].type), nodes_[n].type,
           node.outside);
    }
    if (!node.stored) continue;
    if (scratch.inner_.empty()) scratch.inner_.resize(1);
    PANTILE_TRY(for_pieces(
        node.need.y0, node.need.y1, height_,
        [&](std::int64_t y0, std::int64_t y1, std::int64_t y_moved) -> Status {
          return for_pieces(
              node.need.x0, node.need.x1, width_,
              [&](std::int64_t x0, std::int64_t x1, std::int64_t x_moved) -> Status {
                Store store(row_of(n, node.need.y0), node.row_bytes, bytes_of(nodes_[n].type),
                            y_moved - node.need.y0, x_moved - node.need.x0);
                return run_until(n, {x0, y0, x1, y1}, feed, store, scratch.inner_.front());
              });
        }));
  }
  std::vector<Rect> of_leaves(leaves_);
  bool any = false;
  for (std::size_t n = 0; n <= last; ++n) {
    const NodePlan& node = plan.nodes[n];
    if (nodes_[n].op != nullptr || node.need.empty() || node.stored) continue;
    of_leaves[static_cast<std::size_t>(nodes_[n].leaf)] = node.need;
    any = true;
  }
  if (any) PANTILE_TRY(feed.prepare(of_leaves));

  std::int64_t begin = block.y0, end = block.y1;
  for (const NodePlan& node : plan.nodes) {
    if (node.need.empty() || node.stored) continue;
    begin = std::min(begin, node.need.y0 - node.lead);
    end = std::max(end, node.need.y1 - node.lead);
  }
  std::vector<const std::byte*> rows;
  std::vector<std::size_t> first_row;
  std::vector<RowWindow> windows;
  for (std::int64_t step = begin; step < end; ++step) {
    for (std::size_t n = 0; n <= last; ++n) {
      const NodePlan& node = plan.nodes[n];
      const std::int64_t y = step + node.lead;
      if (y < node.need.y0 || y >= node.need.y1 || node.need.empty()) continue;
      std::byte* const out = row_of(n, y);
      if (!node.stored && nodes_[n].op == nullptr) {
        feed.row(nodes_[n].leaf, y, node.need.x0, node.need.x1, out);
      } else if (!node.stored) {
        const Reach reach = nodes_[n].op->reach();
        rows.clear();
        first_row.clear();
        for (const int input : nodes_[n].inputs) {
          const auto i = static_cast<std::size_t>(input);
          const NodePlan& source = plan.nodes[i];
          const std::ptrdiff_t aside = (node.need.x0 - source.need.x0) *
                                       static_cast<std::ptrdiff_t>(bytes_of(nodes_[i].type));
          first_row.push_back(rows.size());
          for (std::int64_t k = y - reach.y; k <= y + reach.y; ++k) {
            const std::int64_t at = source.stored ? k : inside(k, height_, nodes_[n].boundary);
            rows.push_back(at < 0 && !source.stored
                               ? memory + source.outside_at + source.first + aside
                               : row_of(i, at) + aside);
          }
        }
        windows.clear();
        for (const std::size_t first : first_row) windows.push_back({rows.data() + first});
        nodes_[n].op->apply(windows.data(), out,
                            aligned_columns(static_cast<std::size_t>(node.need.width())),
                            memory + plan.operator_at);
      }
      if (n == last) drain.row(y, node.need.x0, node.need.x1, out);
      // (Nobody looks around the edges of what is not stored.)
      if (node.pad > 0 && !node.stored && node.boundary != Boundary::wrap) {
        extend(node, nodes_[n].type, out);
      }
    }
  }
  return {};
}

}  // namespace pantile::filter
