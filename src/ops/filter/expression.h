#pragma once
/// \file
/// Formulas over the channels of an image.

#include <memory>
#include <string_view>
#include <vector>

#include "ops/filter/row_operator.h"
#include "ops/formula/ast.h"
#include "pantile/result.h"

namespace pantile::filter {

/// "(b1 - b0) / (b1 + b0)", parsed: the language of formulas with channels for variables.
struct Expression {
  formula::Ast ast;
  std::vector<int> bands;  ///< The channels that it asks for, ascending.
};

/// Errors: invalid, with the place.
Result<Expression> parse_expression(std::string_view text);

/// Works it out for each pixel; input k is channel bands[k] (of no channels: any, which is not
/// looked at). Powers with a constant exponent are those of the language: x^2 is x*x.
/// `type`: f32 or f64.
std::shared_ptr<const RowOperator> make_expression(RowType type, const Expression& expression);

}  // namespace pantile::filter
