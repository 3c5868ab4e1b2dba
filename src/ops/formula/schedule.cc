#include "ops/formula/schedule.h"

#include <algorithm>
#include <map>
#include <utility>

namespace pantile::formula {
namespace {

using math::Binary;
using math::Ternary;
using math::Unary;
using Index = std::int32_t;

std::size_t at(Index index) { return static_cast<std::size_t>(index); }

// A condition that must hold, or must not.
struct Literal {
  Index condition = 0;
  bool negated = false;
  friend auto operator<=>(const Literal&, const Literal&) = default;
};
using Term = std::vector<Literal>;  // all of them, sorted; none: always
using Demand = std::vector<Term>;   // any of them; none: never

// Beyond these, a demand is widened: masks must stay cheap.
constexpr std::size_t kMostTerms = 4, kMostLiterals = 3, kMostSteps = 1024;

const Demand& always() {
  static const Demand demand{Term{}};
  return demand;
}

bool includes(const Term& term, const Term& part) { return std::ranges::includes(term, part); }

// Drops terms that others imply, and "not a" from the terms beside a lone "a".
void simplify(Demand& demand) {
  for (bool changed = true; changed;) {
    changed = false;
    for (const Term& lone : Demand(demand)) {
      if (lone.size() != 1) continue;
      const Literal opposite{lone[0].condition, !lone[0].negated};
      for (Term& term : demand) changed |= std::erase(term, opposite) > 0;
    }
  }
  Demand kept;
  for (std::size_t i = 0; i < demand.size(); ++i) {
    bool implied = false;
    for (std::size_t j = 0; j < demand.size() && !implied; ++j) {
      const bool first_of_equals = demand[i] != demand[j] || j < i;
      implied = i != j && first_of_equals && includes(demand[i], demand[j]);
    }
    if (!implied) kept.push_back(demand[i]);
  }
  demand = kept.size() > kMostTerms ? always() : kept;
}

Demand either(const Demand& a, const Demand& b) {
  Demand sum = a;
  sum.insert(sum.end(), b.begin(), b.end());
  simplify(sum);
  return sum;
}

Demand both(const Demand& demand, Literal literal) {
  Demand product;
  for (Term term : demand) {
    const Literal opposite{literal.condition, !literal.negated};
    if (std::ranges::find(term, opposite) != term.end()) continue;
    if (std::ranges::find(term, literal) == term.end() && term.size() < kMostLiterals) {
      term.insert(std::ranges::upper_bound(term, literal), literal);
    }
    product.push_back(std::move(term));
  }
  simplify(product);
  return product;
}

std::vector<Demand> find_demands(const Program& program) {
  std::vector<Demand> demands(program.steps.size());
  for (const Index output : program.outputs) demands[at(output)] = always();
  for (std::size_t s = program.steps.size(); s-- > 0;) {
    const Step& step = program.steps[s];
    const auto ask = [&](Index operand, const Demand& demand) {
      if (operand >= 0) demands[at(operand)] = either(demands[at(operand)], demand);
    };
    const auto* ternary = std::get_if<Ternary>(&step.op);
    const bool branches = ternary != nullptr && *ternary == Ternary::select &&
                          program.steps[at(step.a)].varies == Varies::pixel;
    ask(step.a, demands[s]);
    ask(step.b, branches ? both(demands[s], {step.a, false}) : demands[s]);
    ask(step.c, branches ? both(demands[s], {step.a, true}) : demands[s]);
  }
  return demands;
}

class Scheduler {
 public:
  explicit Scheduler(const Program& program)
      : program_(program),
        needs_(program.steps.size()),
        demands_(program.steps.size()),
        renamed_(program.steps.size(), -1) {}

  Schedule run() {
    if (program_.steps.size() <= kMostSteps) choose();
    const auto count = static_cast<Index>(program_.steps.size());
    for (Index s = 0; s < count; ++s) {
      if (is_early(s)) emit(s);
    }
    for (Index s = 0; s < count; ++s) emit(s);
    for (const Index output : program_.outputs) out_.outputs.push_back(renamed_[at(output)]);
    return std::move(out_);
  }

 private:
  void choose() {
    std::vector<Demand> demands = find_demands(program_);
    for (std::size_t s = 0; s < program_.steps.size(); ++s) {
      const Step& step = program_.steps[s];
      if (step.varies != Varies::pixel || sparse_limit(step) == 0) continue;
      // A condition that is computed from this step cannot decide about it.
      for (Term& term : demands[s]) {
        std::erase_if(term, [&](const Literal& literal) {
          return depends(literal.condition, static_cast<Index>(s));
        });
      }
      simplify(demands[s]);
      if (demands[s].empty() || std::ranges::find(demands[s], Term{}) != demands[s].end()) continue;
      demands_[s] = demands[s];
      for (const Term& term : demands[s]) {
        for (const Literal& literal : term) needs_[s].push_back(literal.condition);
      }
    }
  }

  // A division that needs nothing costly first.
  bool is_early(Index s) const {
    const Step& step = program_.steps[at(s)];
    if (step.varies != Varies::pixel || !is_divider_bound(step) || !needs_[at(s)].empty()) {
      return false;
    }
    if (program_.steps.size() > kMostSteps) return false;
    for (Index other = 0; other < s; ++other) {
      const Step& before = program_.steps[at(other)];
      const bool costly = before.varies == Varies::pixel && sparse_limit(before) > 0;
      if (costly && depends(s, other)) return false;
    }
    return true;
  }

  // Does `step` need `other`, as operand or as mask, however far back?
  bool depends(Index step, Index other) const {
    std::vector<bool> seen(program_.steps.size());
    std::vector<Index> pending{step};
    while (!pending.empty()) {
      const Index index = pending.back();
      pending.pop_back();
      if (index == other) return true;
      if (seen[at(index)]) continue;
      seen[at(index)] = true;
      const Step& s = program_.steps[at(index)];
      for (const Index operand : {s.a, s.b, s.c}) {
        if (operand >= 0) pending.push_back(operand);
      }
      pending.insert(pending.end(), needs_[at(index)].begin(), needs_[at(index)].end());
    }
    return false;
  }

  // A step after all that it needs. With a stack of our own: formulas may be deep.
  void emit(Index wanted) {
    std::vector<Index> pending{wanted};
    while (!pending.empty()) {
      const Index index = pending.back();
      bool ready = true;
      const Step& step = program_.steps[at(index)];
      const auto require = [&](Index k) {
        if (k < 0 || renamed_[at(k)] >= 0) return;
        pending.push_back(k);
        ready = false;
      };
      if (renamed_[at(index)] < 0) {
        for (const Index operand : {step.a, step.b, step.c}) require(operand);
        for (const Index condition : needs_[at(index)]) require(condition);
      }
      if (!ready) continue;
      pending.pop_back();
      if (renamed_[at(index)] >= 0) continue;
      const Index mask = demands_[at(index)].empty() ? -1 : mask_of(demands_[at(index)]);
      const auto rename = [&](Index k) { return k < 0 ? k : renamed_[at(k)]; };
      renamed_[at(index)] =
          add({step.op, rename(step.a), rename(step.b), rename(step.c), step.varies}, mask);
    }
  }

  Index add(const Step& step, Index mask) {
    out_.steps.push_back(step);
    out_.demand.push_back(mask);
    return static_cast<Index>(out_.steps.size()) - 1;
  }

  Index mask_of(const Demand& demand) {
    const auto [it, inserted] = masks_.try_emplace(demand, -1);
    if (!inserted) return it->second;
    Index any = -1;
    for (const Term& term : demand) {
      Index all = -1;
      for (const Literal& literal : term) {
        Index one = renamed_[at(literal.condition)];
        if (literal.negated) one = add({Unary::logical_not, one, -1, -1, Varies::pixel}, -1);
        all = all < 0 ? one : add({Binary::logical_and, all, one, -1, Varies::pixel}, -1);
      }
      any = any < 0 ? all : add({Binary::logical_or, any, all, -1, Varies::pixel}, -1);
    }
    return it->second = any;
  }

  const Program& program_;
  std::vector<std::vector<Index>> needs_;  // conditions that a step's mask is made of
  std::vector<Demand> demands_;            // of the steps that get a mask
  std::vector<Index> renamed_;
  std::map<Demand, Index> masks_;
  Schedule out_;
};

}  // namespace

double sparse_limit(const Step& step) {
  if (const auto* f = std::get_if<Unary>(&step.op)) {
    switch (*f) {
      case Unary::neg:
      case Unary::abs:
      case Unary::floor:
      case Unary::ceil:
      case Unary::round:
      case Unary::trunc:
      case Unary::fract:
      case Unary::sign:
      case Unary::logical_not:
      case Unary::count_: return 0;
      case Unary::sin:
      case Unary::cos:
      case Unary::exp:
      case Unary::exp2:
      case Unary::expm1:
      case Unary::log:
      case Unary::sqrt:
      case Unary::sinc: return 0.4;
      default: return 0.8;
    }
  }
  if (const auto* f = std::get_if<Binary>(&step.op)) {
    switch (*f) {
      case Binary::pow:
      case Binary::hypot: return 0.75;
      case Binary::atan2: return 0.85;
      case Binary::div:
      case Binary::fmod:
      case Binary::mod: return 0.4;
      default: return 0;
    }
  }
  return 0;
}

bool is_divider_bound(const Step& step) {
  const auto* binary = std::get_if<Binary>(&step.op);
  return binary != nullptr && *binary == Binary::div;
}

Schedule make_schedule(const Program& program) { return Scheduler(program).run(); }

}  // namespace pantile::formula
