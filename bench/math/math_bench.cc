// Elements per second of every elementary function, for the widest target and one core.
// Each row first checks the results against the scalar table, bit by bit.
#include <benchmark/benchmark.h>

#include <array>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "compute/math/kernels.h"

namespace {

using pantile::math::Binary;
using pantile::math::Kernels;
using pantile::math::Unary;

constexpr std::size_t kBlock = 1024;  // Elements: stays in the first-level cache.

// Begins on a cache line, as the evaluator's buffers do: vectors do not straddle two.
template <class T> struct alignas(64) Block : std::array<T, kBlock> {};

template <class T> Block<T> uniform(double low, double high) {
  std::mt19937_64 random(1);
  std::uniform_real_distribution<double> distribution(low, high);
  Block<T> v;
  for (T& x : v) x = static_cast<T>(distribution(random));
  return v;
}

template <class T> bool equal(const Block<T>& a, const Block<T>& b) {
  return std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0;
}

template <class T>
void run_unary(benchmark::State& state, const Kernels<T>& k, Unary f, double low, double high) {
  const Block<T> a = uniform<T>(low, high);
  Block<T> out, want;
  const auto i = static_cast<std::size_t>(f);
  k.unary[i](a.data(), out.data(), kBlock);
  pantile::math::scalar_kernels<T>().unary[i](a.data(), want.data(), kBlock);
  if (!equal(out, want)) return state.SkipWithError("differs from the scalar table");
  for (auto _ : state) {
    k.unary[i](a.data(), out.data(), kBlock);
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * kBlock));
}

template <class T>
void run_binary(benchmark::State& state, const Kernels<T>& k, Binary f, double low, double high) {
  const Block<T> a = uniform<T>(low, high);
  const Block<T> b = uniform<T>(-1, 1);
  Block<T> out, want;
  const auto i = static_cast<std::size_t>(f);
  k.binary[i](a.data(), b.data(), out.data(), kBlock);
  pantile::math::scalar_kernels<T>().binary[i](a.data(), b.data(), want.data(), kBlock);
  if (!equal(out, want)) return state.SkipWithError("differs from the scalar table");
  for (auto _ : state) {
    k.binary[i](a.data(), b.data(), out.data(), kBlock);
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * kBlock));
}

struct Range {
  double low, high;
  const char* label;
};

template <class T> void add_rows(const char* type) {
  const Kernels<T>& k = pantile::math::kernels<T>();
  const std::string target(k.target);
  const auto title = [&](std::string_view f, const char* range) {
    return std::string(f) + "/" + type + "/" + target + range;
  };
  for (std::size_t i = 0; i < pantile::math::kUnaryCount; ++i) {
    const Unary f{static_cast<std::uint8_t>(i)};
    std::vector<Range> ranges = {{0.01, 0.99, ""}};
    if (f == Unary::sin || f == Unary::cos || f == Unary::tan) {
      ranges = {
          {-10, 10, "/1e1"}, {-1e5, 1e5, "/1e5"}, {-9e14, 9e14, "/9e14"}, {1e20, 1e30, "/1e30"}};
    }
    if (f == Unary::acosh) ranges = {{1.01, 10, ""}};
    for (const Range& r : ranges) {
      benchmark::RegisterBenchmark(title(name(f), r.label).c_str(), run_unary<T>, k, f, r.low,
                                   r.high);
    }
  }
  for (std::size_t i = 0; i < pantile::math::kBinaryCount; ++i) {
    const Binary f{static_cast<std::uint8_t>(i)};
    benchmark::RegisterBenchmark(title(name(f), "").c_str(), run_binary<T>, k, f, 0.01, 0.99);
  }
}

}  // namespace

int main(int argc, char** argv) {
  add_rows<double>("f64");
  add_rows<float>("f32");
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
