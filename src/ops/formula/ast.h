#pragma once
/// \file
/// A parsed formula, before names like r are expanded and common parts are joined.

#include <cstddef>
#include <cstdint>
#include <variant>
#include <vector>

#include "ops/formula/vocabulary.h"

namespace pantile::formula {

/// One operation of a formula. Operands are indices of earlier nodes; unused ones are -1.
/// A name bound by `let` is the index of the node it was bound to, so there is no node for it.
struct Node {
  std::variant<double, Input, Derived, math::Unary, math::Binary, math::Ternary, Rgb, Band> op;
  std::int32_t a = -1, b = -1, c = -1;
  std::size_t offset = 0;  ///< Where it stands in the text, bytes.
};

/// Nodes in an order in which operands precede their users: whoever walks an Ast needs a loop, not
/// a recursion. Rgb stands only at the root. Some nodes may be unused (names never asked for).
struct Ast {
  std::vector<Node> nodes;
  std::int32_t root = -1;
};

}  // namespace pantile::formula
