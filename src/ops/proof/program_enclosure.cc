#include "ops/proof/program_enclosure.h"

namespace pantile::proof {

using formula::Input;
using formula::Step;
using math::Binary;
using math::Ternary;
using math::Unary;

namespace {
std::size_t at(std::int32_t index) { return static_cast<std::size_t>(index); }
}  // namespace

ProgramEnclosure::ProgramEnclosure(const formula::Program& program, mpfr_prec_t bits,
                                   std::optional<Precision> model)
    : program_(&program), math_(bits, model), done_(program.steps.size(), 0) {
  values_.reserve(program.steps.size());
  for (const Step& step : program.steps) {
    values_.emplace_back(bits);
    if (const double* number = std::get_if<double>(&step.op)) values_.back().set(*number);
  }
}

void ProgramEnclosure::evaluate(const PointInputs& inputs) {
  inputs_ = inputs;
  ++round_;
  // Depth first with a stack of our own: formulas may be deep.
  pending_.assign(program_->outputs.begin(), program_->outputs.end());
  while (!pending_.empty()) {
    const std::int32_t s = pending_.back();
    const Step& step = program_->steps[at(s)];
    if (!is_done(s)) {
      if (ask_operands(step)) continue;
      compute(step, values_[at(s)]);
      done_[at(s)] = round_;
    }
    pending_.pop_back();
  }
}

// True when the step has to be computed first; it is then next.
bool ProgramEnclosure::ask(std::int32_t s) {
  if (s < 0 || is_done(s)) return false;
  pending_.push_back(s);
  return true;
}

bool ProgramEnclosure::ask_operands(const Step& step) {
  const auto* ternary = std::get_if<Ternary>(&step.op);
  if (ternary != nullptr && *ternary == Ternary::select) {
    if (ask(step.a)) return true;
    const Enclosure& condition = values_[at(step.a)];
    const bool first = condition.may_be_true() && ask(step.b);
    const bool second = condition.may_be_false() && ask(step.c);
    return first || second;
  }
  const bool a = ask(step.a), b = ask(step.b), c = ask(step.c);
  return a || b || c;
}

void ProgramEnclosure::compute(const Step& step, Enclosure& out) {
  if (const auto* unary = std::get_if<Unary>(&step.op)) {
    math_.apply(*unary, values_[at(step.a)], out);
  } else if (const auto* binary = std::get_if<Binary>(&step.op)) {
    math_.apply(*binary, values_[at(step.a)], values_[at(step.b)], out);
  } else if (const auto* ternary = std::get_if<Ternary>(&step.op)) {
    math_.apply(*ternary, values_[at(step.a)], values_[at(step.b)], values_[at(step.c)], out);
  } else if (const auto* input = std::get_if<Input>(&step.op)) {
    out.set(inputs_[static_cast<std::size_t>(*input)]);
  }
}

}  // namespace pantile::proof
