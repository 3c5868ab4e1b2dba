#include "ops/filter/describe.h"

#include <gtest/gtest.h>

#include "ops/filter/catalogue.h"

namespace pantile::filter {
namespace {

TEST(CatalogueMarkdown, HasARowForEveryOperator) {
  const std::string text = catalogue_markdown();
  for (const OperatorInfo& op : catalogue()) {
    EXPECT_NE(text.find("| `" + std::string(op.name)), std::string::npos) << op.name;
    EXPECT_NE(text.find(std::string(op.help)), std::string::npos) << op.name;
  }
  EXPECT_NE(text.find("| `gaussian(sigma, truncate=4, boundary=reflect, outside=0)` |"),
            std::string::npos);
  EXPECT_NE(text.find("`truncate`: how far the density reaches, in sigmas (0.5 to 16)"),
            std::string::npos);
}

}  // namespace
}  // namespace pantile::filter
