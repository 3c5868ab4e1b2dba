// Any bytes are a chain of operators or an error that says why not; a chain keeps its meaning when
// it is written down, and can be made ready to run on samples of every type.

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "ops/filter/compile.h"
#include "ops/filter/quantiles.h"

namespace {

using pantile::DType;
using pantile::Rect;
using pantile::filter::Chain;
using pantile::filter::Compiled;

void require(bool condition) {
  if (!condition) std::abort();
}

/// Nodes in their order, rows of the types that their readers expect, and nothing read outside the
/// image.
void check(const Compiled& compiled) {
  require(!compiled.nodes.empty() && compiled.nodes.front().op == nullptr);
  for (std::size_t k = 1; k < compiled.nodes.size(); ++k) {
    const auto& node = compiled.nodes[k];
    require(node.op != nullptr && !node.inputs.empty());
    require(node.type == node.op->output_type());
    for (const int input : node.inputs) {
      require(input >= 0 && input < static_cast<int>(k));
      require(compiled.nodes[static_cast<std::size_t>(input)].type == node.op->input_type());
    }
  }
  require(compiled.nodes.back().type == pantile::filter::row_type(compiled.dtype));
  constexpr std::int64_t kWidth = 300, kHeight = 200;
  const pantile::filter::RowPipeline pipeline(compiled.nodes, kWidth, kHeight);
  const Rect block{100, 90, 140, 120};
  const Rect input = pipeline.required_input(block);
  require((Rect{0, 0, kWidth, kHeight}.contains(input)) && input.contains(block));
  require(pipeline.best_width() > 0 && pipeline.scratch_bytes(40, 30) >= 0);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  auto parsed = pantile::filter::parse_chain(text);
  if (!parsed.ok()) {
    require(parsed.error().code() == pantile::Code::invalid && !parsed.error().message().empty());
    return 0;
  }
  Chain chain = *parsed;
  const std::string written = pantile::filter::text_of(chain);
  const auto again = pantile::filter::parse_chain(written);
  require(again.ok() && pantile::filter::text_of(*again) == written);
  const auto dtype = static_cast<DType>(size % (static_cast<std::size_t>(DType::f64) + 1));
  for (std::size_t at = pantile::filter::first_unsettled(chain); at < chain.size();
       at = pantile::filter::first_unsettled(chain)) {
    require(!pantile::filter::compile(chain, dtype).ok());
    require(pantile::filter::settle_quantiles(chain[at], {-1, 1}, dtype).ok());
  }
  const auto compiled = pantile::filter::compile(chain, dtype);
  if (compiled.ok()) {
    check(*compiled);
  } else {
    require(compiled.error().code() == pantile::Code::invalid);
  }
  return 0;
}
