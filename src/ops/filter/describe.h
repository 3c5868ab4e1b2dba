#pragma once
/// \file
/// The catalogue as text for people.

#include <string>

namespace pantile::filter {

/// A Markdown table of every operator: how it is written, what it does, what its values may be.
/// docs/process.md holds it.
std::string catalogue_markdown();

}  // namespace pantile::filter
