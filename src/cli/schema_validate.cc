// How pixels are checked before they are rendered: [validate].
#include "cli/schema_options.h"
#include "cli/setters.h"

namespace pantile::cli {

void add_validate_options(std::vector<Option>& options) {
  constexpr unsigned kAll = kGenerate | kPlan | kValidate;
  options.push_back(text_option(
      {.flag = "--out",
       .value_name = "FOLDER",
       .group = "Output",
       .help = "Folder for report.json and report.png. Without it: NAME-validate-YYYYMMDD-HHMMSS "
               "in the current folder. The folder of the job itself stays untouched.",
       .range = "not a job's folder",
       .example = "report",
       .commands = kValidate},
      [](auto& s) -> auto& { return s.output; }));
  options.push_back({.key = "validate.enabled",
                     .flag = "--validate",
                     .type = Type::flag,
                     .group = "Validation",
                     .help = "Validate before the first pixel is written, as `pantile validate` "
                             "does; where a check fails, nothing is rendered.",
                     .example = "on",
                     .commands = kGenerate | kPlan,
                     .set = [](std::string_view text, Settings& s) -> Status {
                       s.generate.validate.enabled = text != "off";
                       return {};
                     },
                     .show = [](const Settings& s) -> std::string {
                       return s.generate.validate.enabled ? "on" : "off";
                     }});
  options.push_back(integer_option(
      {.key = "validate.size",
       .flag = "--validate-size",
       .value_name = "PIXELS",
       .group = "Validation",
       .help = "Longer side of the smaller picture that tiles, borders and SIMD targets are "
               "checked on.",
       .example = "512",
       .commands = kAll},
      64, 4096, [](auto& s) -> auto& { return s.generate.validate.size; }));
  options.push_back(integer_option(
      {.key = "validate.samples",
       .flag = "--validate-samples",
       .value_name = "N",
       .group = "Validation",
       .help = "Random pixels of the job that are recomputed in arbitrary precision.",
       .example = "100000",
       .commands = kAll},
      0, 1'000'000'000, [](auto& s) -> auto& { return s.generate.validate.samples; }));
  options.push_back(integer_option({.key = "validate.seed",
                                    .flag = "--validate-seed",
                                    .value_name = "N",
                                    .group = "Validation",
                                    .help = "Decides which pixels; the same seed, the same report.",
                                    .example = "7",
                                    .commands = kAll},
                                   0, 1'000'000'000'000,
                                   [](auto& s) -> auto& { return s.generate.validate.seed; }));
}

}  // namespace pantile::cli
