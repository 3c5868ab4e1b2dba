#include "ops/formula/evaluate.h"

#include <algorithm>
#include <new>
#include <variant>

#include "ops/formula/schedule.h"
#include "ops/formula/sparse.h"

namespace pantile::formula {
namespace {

constexpr std::size_t kNone = static_cast<std::size_t>(-1);

std::size_t at(std::int32_t index) { return static_cast<std::size_t>(index); }

std::size_t padded(std::size_t n) {
  return (n + math::kAlignElements - 1) / math::kAlignElements * math::kAlignElements;
}

}  // namespace

// Decides where every step's values lie, and which kernel makes them.
template <class T> class Evaluator<T>::Builder {
 public:
  Builder(const Schedule& schedule, Evaluator& out)
      : schedule_(schedule), steps_(schedule.steps), out_(out) {
    values_.resize(steps_.size());
    last_use_.assign(steps_.size(), 0);
    for (std::size_t s = 0; s < steps_.size(); ++s) {
      for (const std::int32_t operand : operands(s)) {
        if (operand >= 0) last_use_[at(operand)] = s;
      }
    }
    for (const std::int32_t output : schedule.outputs) last_use_[at(output)] = kNone;
    for (std::size_t s = 0; s < steps_.size(); ++s) add(s);
    finish_divider();
    for (const std::int32_t output : schedule.outputs) {
      out_.output_at_.push_back(block_of(at(output)).at);
    }
    const bool any_sparse = std::ranges::any_of(out_.pixel_calls_, &Call::is_sparse);
    if (any_sparse) {
      for (std::size_t& place : out_.packed_at_) place = allocate(kColumns + math::kAlignElements);
    }
    out_.elements_ = used_;
  }

 private:
  // A value's place; for a constant or row value also that of its block, once somebody wants it.
  struct Value {
    std::size_t at = kNone, block = kNone;
    T number = 0;
  };

  // Blocks lie one cache line off a multiple of 4 KiB, so that loads and stores of equal offset in
  // different blocks do not alias.
  std::size_t allocate(std::size_t n) {
    const std::size_t place = used_;
    used_ += padded(n) + 64 / sizeof(T);
    return place;
  }

  // What step `s` reads, its mask included.
  std::array<std::int32_t, 4> operands(std::size_t s) const {
    return {steps_[s].a, steps_[s].b, steps_[s].c, schedule_.demand[s]};
  }

  void add(std::size_t s) {
    const Step& step = steps_[s];
    switch (step.varies) {
      case Varies::constant: add_constant(s); break;
      case Varies::row: values_[s].at = allocate(kRows); break;
      case Varies::column: values_[s].at = allocate(kColumns); break;
      case Varies::pixel: break;
    }
    if (const Input* input = std::get_if<Input>(&step.op)) {
      out_.input_index_[static_cast<std::size_t>(*input)] =
          static_cast<std::ptrdiff_t>(values_[s].at);
    } else if (step.varies == Varies::row) {
      out_.row_calls_.push_back(call(s));
    } else if (step.varies == Varies::column) {
      out_.column_calls_.push_back(call(s));
    } else if (step.varies == Varies::pixel) {
      Call c = call(s);
      if (const std::int32_t mask = schedule_.demand[s]; mask >= 0) {
        c.is_sparse = true;
        c.mask = values_[at(mask)].at;
        c.limit = sparse_limit(step);
      }
      if (is_divider_bound(step) && !c.is_sparse) {
        finish_divider();
        c.out = values_[s].at = take_slot();
        divider_ = {c, s, true};
        return;
      }
      if (must_follow_divider(s)) finish_divider();
      if (sparse_limit(step) > 0) advance_divider();
      release_operands(s);
      c.out = values_[s].at = take_slot();
      out_.pixel_calls_.push_back(c);
    }
  }

  // A division keeps the divider busy and little else: it is done in parts, each before a
  // costly call that does not need it, so that the processor works on both at once.
  void advance_divider() {
    if (!divider_.waits) return;
    Call part = divider_.call;
    part.last = part.first + kColumns / 2;
    out_.pixel_calls_.push_back(part);
    divider_.call.first = part.last;
    if (part.last == kColumns) release_divider();
  }

  // Step `s` reads what the waiting call makes, or frees what it reads.
  bool must_follow_divider(std::size_t s) const {
    if (!divider_.waits) return false;
    const auto reads = operands(divider_.step);
    return std::ranges::any_of(operands(s), [&](std::int32_t o) {
      if (o < 0) return false;
      const bool frees = last_use_[at(o)] == s && std::ranges::find(reads, o) != reads.end();
      return at(o) == divider_.step || frees;
    });
  }

  void finish_divider() {
    if (!divider_.waits) return;
    out_.pixel_calls_.push_back(divider_.call);
    release_divider();
  }

  void release_divider() {
    divider_.waits = false;
    release_operands(divider_.step);
  }

  void add_constant(std::size_t s) {
    Value& value = values_[s];
    if (const double* number = std::get_if<double>(&steps_[s].op)) {
      value.number = static_cast<T>(*number);
    } else {
      value.number = fold(steps_[s]);
    }
    value.at = allocate(1);
    out_.constants_.emplace_back(value.at, value.number);
  }

  // A constant operation, done by the kernels themselves.
  T fold(const Step& step) {
    constexpr std::size_t kN = math::kAlignElements;
    T operands[3][kN], result[kN];
    const std::int32_t indices[3] = {step.a, step.b, step.c};
    for (int k = 0; k < 3; ++k) {
      if (indices[k] >= 0) std::fill_n(operands[k], kN, values_[at(indices[k])].number);
    }
    const auto& table = *out_.kernels_;
    if (const auto* f = std::get_if<math::Unary>(&step.op)) {
      table.unary[static_cast<std::size_t>(*f)](operands[0], result, kN);
    } else if (const auto* g = std::get_if<math::Binary>(&step.op)) {
      table.binary[static_cast<std::size_t>(*g)](operands[0], operands[1], result, kN);
    } else if (const auto* h = std::get_if<math::Ternary>(&step.op)) {
      table.ternary[static_cast<std::size_t>(*h)](operands[0], operands[1], operands[2], result,
                                                  kN);
    }
    return result[0];
  }

  // Is operand `o` one number where step `s` is computed?
  bool is_number(std::size_t o, Varies where) const {
    const Varies varies = steps_[o].varies;
    return varies == Varies::constant || (varies == Varies::row && where == Varies::pixel);
  }

  Operand number_of(std::size_t o) const {
    return {values_[o].at, steps_[o].varies == Varies::row};
  }

  // The operand as an array over columns.
  Operand block_of(std::size_t o) {
    Value& value = values_[o];
    if (!is_number(o, Varies::pixel)) return {value.at, false};
    if (value.block == kNone) {
      value.block = allocate(kConstantBlock);
      if (steps_[o].varies == Varies::constant) {
        out_.constant_blocks_.emplace_back(value.block, value.number);
      } else {
        out_.row_fills_.push_back({number_of(o), value.block});
      }
    }
    return {value.block, false};
  }

  // The operand as an array where step `s` is computed. Constant blocks are long enough for rows.
  Operand array_of(std::size_t o, Varies where) {
    return is_number(o, where) ? block_of(o) : Operand{values_[o].at, false};
  }

  Call call(std::size_t s) {
    const Step& step = steps_[s];
    Call c;
    c.out = values_[s].at;
    if (const auto* unary = std::get_if<math::Unary>(&step.op)) {
      c.shape = Shape::unary;
      c.function = static_cast<std::size_t>(*unary);
      c.a = array_of(at(step.a), step.varies);
    } else if (const auto* binary = std::get_if<math::Binary>(&step.op)) {
      c.function = static_cast<std::size_t>(*binary);
      const bool a_number = is_number(at(step.a), step.varies);
      const bool b_number = is_number(at(step.b), step.varies);
      c.shape = b_number ? Shape::vs : a_number ? Shape::sv : Shape::vv;
      c.a = c.shape == Shape::sv ? number_of(at(step.a)) : array_of(at(step.a), step.varies);
      c.b = c.shape == Shape::vs ? number_of(at(step.b)) : array_of(at(step.b), step.varies);
    } else if (const auto* ternary = std::get_if<math::Ternary>(&step.op)) {
      c.shape = Shape::ternary;
      c.function = static_cast<std::size_t>(*ternary);
      c.a = array_of(at(step.a), step.varies);
      c.b = array_of(at(step.b), step.varies);
      c.c = array_of(at(step.c), step.varies);
    }
    return c;
  }

  // Blocks whose values nobody will read again. Kernels may write over an operand, so a step may
  // take the place of one that it reads last.
  void release_operands(std::size_t s) {
    for (const std::int32_t operand : operands(s)) {
      if (operand < 0 || steps_[at(operand)].varies != Varies::pixel) continue;
      Value& value = values_[at(operand)];
      const bool listed = std::ranges::find(free_, value.at) != free_.end();
      if (last_use_[at(operand)] == s && !listed) free_.push_back(value.at);
    }
  }

  std::size_t take_slot() {
    if (free_.empty()) return allocate(kColumns);
    const std::size_t slot = free_.back();
    free_.pop_back();
    return slot;
  }

  const Schedule& schedule_;
  const std::vector<Step>& steps_;
  Evaluator& out_;
  std::vector<Value> values_;
  struct Divider {
    Call call;
    std::size_t step = kNone;
    bool waits = false;
  };

  std::vector<std::size_t> last_use_, free_;
  Divider divider_;
  std::size_t used_ = 0;
};

template <class T>
Evaluator<T>::Scratch::Scratch(std::size_t elements)
    : memory_(static_cast<T*>(::operator new[](elements * sizeof(T), std::align_val_t{64}))) {
  std::fill_n(memory_.get(), elements, T{0});
}

template <class T>
Evaluator<T>::Evaluator(const Program& program, const math::Kernels<T>& kernels)
    : kernels_(&kernels) {
  Builder(make_schedule(program), *this);
}

template <class T> typename Evaluator<T>::Scratch Evaluator<T>::make_scratch() const {
  Scratch scratch(elements_);
  T* memory = scratch.memory_.get();
  for (const auto& [place, number] : constants_) memory[place] = number;
  for (const auto& [place, number] : constant_blocks_) {
    std::fill_n(memory + place, kConstantBlock, number);
  }
  return scratch;
}

template <class T> std::int64_t Evaluator<T>::scratch_bytes() const {
  return static_cast<std::int64_t>(elements_ * sizeof(T));
}

template <class T>
void Evaluator<T>::run(const Call& call, T* memory, std::size_t row, std::size_t first,
                       std::size_t n) const {
  const auto number = [&](const Operand& o) { return memory[o.at + (o.is_row ? row : 0)]; };
  const T *a = memory + call.a.at + first, *b = memory + call.b.at + first,
          *c = memory + call.c.at + first;
  T* out = memory + call.out + first;
  switch (call.shape) {
    case Shape::unary: kernels_->unary[call.function](a, out, n); break;
    case Shape::vv: kernels_->binary[call.function](a, b, out, n); break;
    case Shape::vs: kernels_->binary_vs[call.function](a, number(call.b), out, n); break;
    case Shape::sv: kernels_->binary_sv[call.function](number(call.a), b, out, n); break;
    case Shape::ternary: kernels_->ternary[call.function](a, b, c, out, n); break;
  }
}

// Does a call for the pixels that its mask names, packed together.
template <class T>
void Evaluator<T>::run_sparse(const Call& call, T* memory, std::size_t row, std::size_t n) const {
  const T* mask = memory + call.mask;
  const std::size_t wanted = count_where(mask, n);
  if (wanted == 0) return;
  if (static_cast<double>(wanted) > call.limit * static_cast<double>(n)) {
    return run(call, memory, row, 0, n);
  }
  Call packed = call;
  const auto pack = [&](Operand& operand, std::size_t to) {
    pack_where(mask, memory + operand.at, memory + to, n);
    std::fill_n(memory + to + wanted, padded(wanted) - wanted, memory[to]);
    operand = {to, false};
  };
  if (call.shape != Shape::sv) pack(packed.a, packed_at_[0]);
  if (call.shape == Shape::vv || call.shape == Shape::sv) pack(packed.b, packed_at_[1]);
  packed.out = packed_at_[2];
  run(packed, memory, row, 0, padded(wanted));
  unpack_where(mask, memory + packed.out, memory + call.out, n);
}

namespace {

// Copies an input and repeats its last element up to the kernels' granularity.
template <class T> void copy_padded(const T* from, std::size_t n, T* to) {
  std::copy_n(from, n, to);
  std::fill(to + n, to + padded(n), from[n - 1]);
}

}  // namespace

template <class T>
void Evaluator<T>::set_rows(Scratch& scratch, const Axis& axis, std::size_t n) const {
  T* memory = scratch.memory_.get();
  for (const auto& [input, from] :
       {std::pair{Input::y, axis.position}, {Input::j, axis.index}, {Input::v, axis.fraction}}) {
    if (uses(input)) copy_padded(from, n, memory + input_index_[static_cast<std::size_t>(input)]);
  }
  for (const Call& call : row_calls_) run(call, memory, 0, 0, padded(n));
}

template <class T>
void Evaluator<T>::set_columns(Scratch& scratch, const Axis& axis, std::size_t n) const {
  T* memory = scratch.memory_.get();
  for (const auto& [input, from] :
       {std::pair{Input::x, axis.position}, {Input::i, axis.index}, {Input::u, axis.fraction}}) {
    if (uses(input)) copy_padded(from, n, memory + input_index_[static_cast<std::size_t>(input)]);
  }
  scratch.columns_ = padded(n);
  for (const Call& call : column_calls_) run(call, memory, 0, 0, scratch.columns_);
}

template <class T> void Evaluator<T>::evaluate(Scratch& scratch, std::size_t row) const {
  T* memory = scratch.memory_.get();
  for (const Fill& fill : row_fills_) {
    std::fill_n(memory + fill.to, scratch.columns_, memory[fill.from.at + row]);
  }
  for (const Call& call : pixel_calls_) {
    if (call.is_sparse) {
      run_sparse(call, memory, row, scratch.columns_);
    } else if (call.first < scratch.columns_) {
      run(call, memory, row, call.first, std::min(call.last, scratch.columns_) - call.first);
    }
  }
}

template class Evaluator<double>;
template class Evaluator<float>;

}  // namespace pantile::formula
