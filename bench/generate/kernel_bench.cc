// Formula to RGB8 in memory, one core. Prints pixels per second of
//   text/<name>/<scale>   FormulaSource on the formula's text,
//   hand/<name>/<scale>   a hand-written loop over the same maths, and the same colours,
// after checking that both give the same picture and that it equals the scalar path's.
#include <benchmark/benchmark.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>

#include "core/buffer.h"
#include "core/copy.h"
#include "generate/hand_written.h"
#include "ops/colormap/colour_mapper.h"
#include "ops/formula/compile.h"
#include "ops/formula/formula_source.h"

namespace pantile::bench {
namespace {

constexpr std::int64_t kImage = 16384;  // pixels a side
constexpr std::int64_t kTile = 512;

struct View {
  const char* name;
  double scale;
};
// The whole of [-3, 3]², and the seed's scale.
constexpr View kViews[] = {{"6x6", 6.0 / kImage}, {"seed-scale", 0.001}};

formula::FormulaImage image_of(const HandWritten& f, const View& view) {
  formula::FormulaImage image;
  image.frame = {.width = kImage, .height = kImage, .scale = view.scale};
  image.lo = f.lo;
  image.hi = f.hi;
  return image;
}

std::unique_ptr<formula::FormulaSource> source_of(const HandWritten& f, const View& view,
                                                  const formula::FormulaTables& kernels = {}) {
  auto program = formula::compile(f.text);
  if (!program.ok()) return nullptr;
  auto source = formula::FormulaSource::make(*program, image_of(f, view), kernels);
  return source.ok() ? std::move(source).value() : nullptr;
}

// Tiles spread over the picture, none next to another.
Rect tile(std::int64_t k) {
  const std::int64_t per_row = kImage / (3 * kTile);
  const std::int64_t x = k % per_row * 3 * kTile, y = k / per_row % per_row * 3 * kTile;
  return {x, y, x + kTile, y + kTile};
}

void draw_by_hand(const HandWritten& f, const formula::FormulaImage& image,
                  const ColourMapper<double>& mapper, const Rect& rect, MutableView out) {
  alignas(64) double x[kTile], value[kTile];
  for (std::int64_t k = 0; k < kTile; ++k) x[k] = formula::x_of(rect.x0 + k, image.frame);
  for (std::int64_t row = 0; row < kTile; ++row) {
    f.row(x, formula::y_of(rect.y0 + row, image.frame), value, kTile);
    mapper.map(value, reinterpret_cast<std::uint8_t*>(out.at(row, 0)), kTile);
  }
}

ColourMapper<double> mapper_of(const HandWritten& f) {
  return {*find_colormap("blue-black-red"), f.lo, f.hi, {}, {}, {}};
}

void read_tile(const formula::FormulaSource& source, const Rect& rect, MutableView out) {
  ReadContext ctx;
  if (!source.read(source.spec().region(0, rect), out, ctx).ok()) std::abort();
}

bool check(const HandWritten& f, const View& view) {
  const auto source = source_of(f, view);
  const auto scalar = source_of(
      f, view,
      {.f64 = &math::scalar_kernels<double>(), .colour_f64 = &scalar_colour_kernels<double>()});
  if (source == nullptr || scalar == nullptr || f.row == nullptr) return false;
  PixelBuffer text(DType::u8, kTile, kTile, 3), by_hand = PixelBuffer(DType::u8, kTile, kTile, 3),
                                                defined = PixelBuffer(DType::u8, kTile, kTile, 3);
  const Rect rect = tile(45);
  read_tile(*source, rect, text.view());
  read_tile(*scalar, rect, defined.view());
  draw_by_hand(f, image_of(f, view), mapper_of(f), rect, by_hand.view());
  if (!same_pixels(text.view(), defined.view())) return false;
  if (f.same_bits) return same_pixels(text.view(), by_hand.view());
  std::size_t far = 0;  // another order of operations: the last bit of a colour may differ
  for (std::size_t k = 0; k < text.size_bytes(); ++k) {
    far += std::abs(static_cast<int>(text.data()[k]) - static_cast<int>(by_hand.data()[k])) > 1;
  }
  return far == 0;
}

void run_text(benchmark::State& state, const HandWritten& f, const View& view) {
  const auto source = source_of(f, view);
  PixelBuffer pixels(DType::u8, kTile, kTile, 3);
  std::int64_t k = 0;
  for (auto _ : state) {
    read_tile(*source, tile(k++), pixels.view());
    benchmark::ClobberMemory();
  }
  state.counters["px/s"] =
      benchmark::Counter(static_cast<double>(k * kTile * kTile), benchmark::Counter::kIsRate);
}

void run_by_hand(benchmark::State& state, const HandWritten& f, const View& view) {
  const auto image = image_of(f, view);
  const auto mapper = mapper_of(f);
  PixelBuffer pixels(DType::u8, kTile, kTile, 3);
  std::int64_t k = 0;
  for (auto _ : state) {
    draw_by_hand(f, image, mapper, tile(k++), pixels.view());
    benchmark::ClobberMemory();
  }
  state.counters["px/s"] =
      benchmark::Counter(static_cast<double>(k * kTile * kTile), benchmark::Counter::kIsRate);
}

}  // namespace

/// Checks every kernel, then registers and runs the benchmarks; the program's exit code.
int run_benchmarks(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  const auto formulas = hand_written();
  for (const HandWritten& f : formulas) {
    for (const View& view : kViews) {
      if (!check(f, view)) {
        std::fprintf(stderr, "%s at %s: the pictures differ, nothing was measured\n", f.name,
                     view.name);
        return 1;
      }
      const std::string tail = std::string(f.name) + "/" + view.name;
      benchmark::RegisterBenchmark(("text/" + tail).c_str(),
                                   [&](benchmark::State& state) { run_text(state, f, view); });
      benchmark::RegisterBenchmark(("hand/" + tail).c_str(),
                                   [&](benchmark::State& state) { run_by_hand(state, f, view); });
    }
  }
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}

}  // namespace pantile::bench

int main(int argc, char** argv) { return pantile::bench::run_benchmarks(argc, argv); }
