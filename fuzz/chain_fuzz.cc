// Any bytes are a chain of operators or an error that says why not; a chain keeps its meaning when
// it is written down, and can be made ready to run on samples of every type.

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "ops/filter/compile.h"
#include "ops/filter/settle.h"

namespace {

using pantile::DType;
using pantile::Rect;
using pantile::filter::Chain;
using pantile::filter::Fused;
using pantile::filter::Graph;
using pantile::filter::RowPipeline;
using Pairs = std::vector<std::pair<double, double>>;

void require(bool condition) {
  if (!condition) std::abort();
}

/// An image that is never read.
class Stand final : public pantile::TileSource {
 public:
  explicit Stand(DType dtype, int channels) {
    spec_.dtype = dtype;
    spec_.channels = channels;
    spec_.levels = {{kWidth, kHeight, {}, {}}};
  }
  static constexpr std::int64_t kWidth = 300, kHeight = 200;
  const pantile::ImageSpec& spec() const override { return spec_; }
  pantile::Cost cost(const pantile::Region&) const override { return {}; }
  pantile::Status read(const pantile::Region&, pantile::MutableView,
                       pantile::ReadContext&) const override {
    return {};
  }
  pantile::Fingerprint fingerprint() const override { return {}; }

 private:
  pantile::ImageSpec spec_;
};

/// Nodes in their order, rows of the types that their readers expect, and nothing read outside the
/// image.
void check(const RowPipeline& pipeline, const Rect& image) {
  const auto& nodes = pipeline.nodes();
  require(!nodes.empty());
  for (std::size_t k = 0; k < nodes.size(); ++k) {
    const auto& node = nodes[k];
    if (node.op == nullptr) {
      require(node.inputs.empty() && node.leaf >= 0 &&
              static_cast<std::size_t>(node.leaf) < pipeline.leaves());
      continue;
    }
    require(!node.inputs.empty() && node.type == node.op->output_type());
    for (const int input : node.inputs) {
      require(input >= 0 && input < static_cast<int>(k));
      require(nodes[static_cast<std::size_t>(input)].type == node.op->input_type());
    }
  }
  const Rect block{image.x1 / 3, image.y1 / 3, image.x1 / 2 + 1, image.y1 / 2 + 1};
  for (const Rect& input : pipeline.required_inputs(block)) require(image.contains(input));
  require(pipeline.best_width() > 0 && pipeline.scratch_bytes(40, 30) >= 0);
}

void check(const Fused& fused) {
  require(fused.channels.size() == static_cast<std::size_t>(fused.spec.channels));
  for (const Fused::Channel& channel : fused.channels) {
    require(channel.pipeline < fused.pipelines.size());
    const RowPipeline& pipeline = fused.pipelines[channel.pipeline];
    require(channel.leaves.size() == pipeline.leaves());
    require(pipeline.nodes().back().type == pantile::filter::row_type(fused.spec.dtype));
  }
  const Rect image = fused.spec.levels.front().bounds();
  for (const RowPipeline& pipeline : fused.pipelines) check(pipeline, image);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  auto parsed = pantile::filter::parse_chain(text);
  if (!parsed.ok()) {
    require(parsed.error().code() == pantile::Code::invalid && !parsed.error().message().empty());
    return 0;
  }
  const Chain chain = *parsed;
  const std::string written = pantile::filter::text_of(chain);
  const auto again = pantile::filter::parse_chain(written);
  require(again.ok() && pantile::filter::text_of(*again) == written);
  const auto dtype = static_cast<DType>(size % (static_cast<std::size_t>(DType::f64) + 1));
  const auto graph =
      pantile::filter::apply_chain(chain, Graph::leaf(std::make_shared<Stand>(dtype, 3)));
  if (!graph.ok()) {
    require(graph.error().code() == pantile::Code::invalid);
    return 0;
  }
  const auto measure = [](const auto&, const Graph& of) {
    require(pantile::filter::fuse(of).ok());
    return pantile::Result<Pairs>(Pairs(static_cast<std::size_t>(of.spec().channels), {-1, 1}));
  };
  const auto settled = pantile::filter::settle(*graph, measure, pantile::filter::stage_for_later);
  require(settled.ok() && pantile::filter::is_settled(*settled));
  require(pantile::filter::is_settled(*graph) == pantile::filter::fuse(*graph).ok());
  const auto fused = pantile::filter::fuse(*settled);
  require(fused.ok());
  check(*fused);
  return 0;
}
