#pragma once
/// \file
/// What operators are given: checked against the catalogue, and as text.

#include <functional>
#include <string>
#include <string_view>

#include "ops/filter/catalogue.h"

namespace pantile::filter {

/// `value` as parameter `p` of operator `op` holds it. Errors: invalid, when it is not what `p`
/// takes.
Result<Value> checked_value(std::string_view op, const Parameter& p, const Value& value);

/// Lists take all that is given by place from them on.
bool is_list(ValueKind kind);
/// Adds a list's values to a list of the same kind.
void append(Value& list, Value more);

/// As it is written in a chain. Images: see Call::text().
std::string value_text(const Value& value,
                       const std::function<std::string(const ImageValue&)>& image = {});

}  // namespace pantile::filter
