#include "ops/formula/program_builder.h"

#include <fmt/format.h>

#include <bit>
#include <cmath>
#include <limits>
#include <utility>

namespace pantile::formula {
namespace {

using math::Binary;
using math::Ternary;
using math::Unary;

// a op b has the bits of b op a for all values: also the minimum and maximum of IEEE 754-2019.
bool commutes(Binary f) {
  return f == Binary::add || f == Binary::mul || f == Binary::min || f == Binary::max ||
         f == Binary::eq || f == Binary::ne || f == Binary::logical_and || f == Binary::logical_or;
}

bool gives_truth(const Step& step) {
  if (const auto* f = std::get_if<Binary>(&step.op)) {
    return *f >= Binary::lt && *f <= Binary::logical_or;
  }
  const auto* f = std::get_if<Unary>(&step.op);
  return f != nullptr && *f == Unary::logical_not;
}

Varies join(Varies a, Varies b) {
  if (a == b || b == Varies::constant) return a;
  return a == Varies::constant ? b : Varies::pixel;
}

Varies varies_of(Input which) {
  const bool row = which == Input::y || which == Input::j || which == Input::v;
  return row ? Varies::row : Varies::column;
}

std::uint64_t payload(const Step& step) {
  return std::visit(
      [](auto op) -> std::uint64_t {
        if constexpr (std::is_same_v<decltype(op), double>) {
          return std::bit_cast<std::uint64_t>(op);
        } else {
          return static_cast<std::uint64_t>(op);
        }
      },
      step.op);
}

// The finaliser of SplitMix64 (Steele, Lea and Flood 2014) over a running value.
std::uint64_t mix_in(std::uint64_t hash, std::uint64_t word) {
  hash = (hash ^ word) + 0x9e3779b97f4a7c15U;
  hash = (hash ^ (hash >> 30)) * 0xbf58476d1ce4e5b9U;
  hash = (hash ^ (hash >> 27)) * 0x94d049bb133111ebU;
  return hash ^ (hash >> 31);
}

std::string_view input_name(Input which) {
  constexpr std::string_view kNames[] = {"x", "y", "i", "j", "u", "v"};
  return kNames[static_cast<std::size_t>(which)];
}

std::string describe(const Step& step) {
  return std::visit(
      [&](auto op) -> std::string {
        using Op = decltype(op);
        if constexpr (std::is_same_v<Op, double>) return fmt::format("{}", op);
        if constexpr (std::is_same_v<Op, Input>) return std::string(input_name(op));
        if constexpr (std::is_same_v<Op, Unary>) return fmt::format("{} {}", name(op), step.a);
        if constexpr (std::is_same_v<Op, Binary>) {
          return fmt::format("{} {} {}", name(op), step.a, step.b);
        }
        if constexpr (std::is_same_v<Op, Ternary>) {
          return fmt::format("{} {} {} {}", name(op), step.a, step.b, step.c);
        }
      },
      step.op);
}

std::size_t at(std::int32_t index) { return static_cast<std::size_t>(index); }

}  // namespace

ProgramBuilder::Index ProgramBuilder::intern(Step step) {
  const Key key{step.op.index(), payload(step), step.a, step.b, step.c};
  const auto [it, inserted] = known_.try_emplace(key, static_cast<Index>(steps_.size()));
  if (!inserted) return it->second;
  std::uint64_t hash = mix_in(mix_in(1, step.op.index()), payload(step));
  for (const Index operand : {step.a, step.b, step.c}) {
    if (operand < 0) continue;
    hash = mix_in(hash, hashes_[at(operand)]);
    step.varies = join(step.varies, steps_[at(operand)].varies);
  }
  hashes_.push_back(hash);
  steps_.push_back(step);
  return it->second;
}

const double* ProgramBuilder::constant_of(Index index) const {
  return std::get_if<double>(&steps_[at(index)].op);
}

// By value: 0 is also -0.
bool ProgramBuilder::is_constant(Index index, double value) const {
  const double* constant = constant_of(index);
  return constant != nullptr && *constant == value;
}

template <class F> const F* ProgramBuilder::op_of(Index index) const {
  return std::get_if<F>(&steps_[at(index)].op);
}

template <class F, class... A> double ProgramBuilder::fold(F f, A... arguments) const {
  if (precision_ == Precision::f64) return math::evaluate<double>(f, arguments...);
  return static_cast<double>(math::evaluate<float>(f, static_cast<float>(arguments)...));
}

ProgramBuilder::Index ProgramBuilder::constant(double value) {
  if (precision_ == Precision::f32) value = static_cast<double>(static_cast<float>(value));
  if (std::isnan(value)) value = std::numeric_limits<double>::quiet_NaN();  // one NaN, one step
  return intern({value, -1, -1, -1, Varies::constant});
}

ProgramBuilder::Index ProgramBuilder::input(Input which) {
  return intern({which, -1, -1, -1, varies_of(which)});
}

ProgramBuilder::Index ProgramBuilder::apply(Unary f, Index a) {
  if (const double* value = constant_of(a)) return constant(fold(f, *value));
  if (const Unary* inner = op_of<Unary>(a)) {
    const Index inside = steps_[at(a)].a;
    if (f == Unary::neg && *inner == Unary::neg) return inside;
    if (f == Unary::abs && *inner == Unary::abs) return a;
    if (f == Unary::abs && *inner == Unary::neg) return apply(Unary::abs, inside);
    if (f == Unary::logical_not && *inner == Unary::logical_not &&
        gives_truth(steps_[at(inside)])) {
      return inside;
    }
  }
  return intern({f, a, -1, -1, Varies::constant});
}

ProgramBuilder::Index ProgramBuilder::apply(Binary f, Index a, Index b) {
  if (f == Binary::pow && constant_of(b) != nullptr) return power(a, b);
  if (constant_of(a) != nullptr && constant_of(b) != nullptr) {
    return constant(fold(f, *constant_of(a), *constant_of(b)));
  }
  if (f == Binary::gt) return apply(Binary::lt, b, a);
  if (f == Binary::ge) return apply(Binary::le, b, a);
  if (f == Binary::mul && is_constant(a, 1)) return b;
  if ((f == Binary::mul || f == Binary::div) && is_constant(b, 1)) return a;
  if (f == Binary::div && constant_of(b) != nullptr && reciprocal_is_exact(*constant_of(b))) {
    return apply(Binary::mul, a, constant(1 / *constant_of(b)));
  }
  if (commutes(f) && std::pair(hashes_[at(b)], b) < std::pair(hashes_[at(a)], a)) std::swap(a, b);
  return intern({f, a, b, -1, Varies::constant});
}

ProgramBuilder::Index ProgramBuilder::apply(Ternary f, Index a, Index b, Index c) {
  const double *p = constant_of(a), *q = constant_of(b), *r = constant_of(c);
  if (f == Ternary::select) {
    if (p != nullptr) return *p != 0 ? b : c;  // NaN counts as true, as in the kernels
    if (b == c) return b;
    if (const Unary* inner = op_of<Unary>(a); inner != nullptr && *inner == Unary::logical_not) {
      return apply(f, steps_[at(a)].a, c, b);
    }
  }
  if (p != nullptr && q != nullptr && r != nullptr) return constant(fold(f, *p, *q, *r));
  return intern({f, a, b, c, Varies::constant});
}

ProgramBuilder::Index ProgramBuilder::power(Index base, Index exponent) {
  if (is_constant(exponent, 0)) return constant(1);
  if (is_constant(exponent, 1)) return base;
  if (is_constant(exponent, -1)) return apply(Binary::div, constant(1), base);
  const bool is_three = is_constant(exponent, 3), is_four = is_constant(exponent, 4);
  if (is_constant(exponent, 2) || is_three || is_four) {
    const Index square = apply(Binary::mul, base, base);
    if (is_three) return apply(Binary::mul, square, base);
    return is_four ? apply(Binary::mul, square, square) : square;
  }
  if (constant_of(base) != nullptr) {
    return constant(fold(Binary::pow, *constant_of(base), *constant_of(exponent)));
  }
  return intern({Binary::pow, base, exponent, -1, Varies::constant});
}

// Dividing by a power of two and multiplying by its reciprocal round the same number, provided
// that the reciprocal is a normal number of the precision.
bool ProgramBuilder::reciprocal_is_exact(double value) const {
  if (!std::isfinite(value)) return false;
  int exponent = 0;
  const double fraction = std::frexp(value, &exponent);  // value = fraction * 2^exponent
  const int limit = precision_ == Precision::f64 ? 1000 : 120;
  return std::abs(fraction) == 0.5 && exponent > -limit && exponent < limit;
}

Program ProgramBuilder::finish(std::span<const Index> outputs) const {
  Program program;
  std::vector<Index> renamed(steps_.size(), -1);
  // Depth first with a stack of our own, operands before users, left before right.
  std::vector<Index> pending(outputs.rbegin(), outputs.rend());
  while (!pending.empty()) {
    const Index index = pending.back();
    const Step& step = steps_[at(index)];
    if (renamed[at(index)] >= 0) {
      pending.pop_back();
      continue;
    }
    bool ready = true;
    for (const Index operand : {step.c, step.b, step.a}) {
      if (operand < 0 || renamed[at(operand)] >= 0) continue;
      pending.push_back(operand);
      ready = false;
    }
    if (!ready) continue;
    pending.pop_back();
    const auto rename = [&](Index k) { return k < 0 ? k : renamed[at(k)]; };
    renamed[at(index)] = static_cast<Index>(program.steps.size());
    program.steps.push_back({step.op, rename(step.a), rename(step.b), rename(step.c), step.varies});
    program.canonical += describe(program.steps.back()) + "; ";
  }
  program.canonical += "out";
  for (const Index output : outputs) {
    program.outputs.push_back(renamed[at(output)]);
    program.canonical += fmt::format(" {}", program.outputs.back());
  }
  return program;
}

}  // namespace pantile::formula
