#include "cli/face.h"

namespace pantile::cli {

std::unique_ptr<Face> make_face(LogMode mode, Environment& environment) {
  switch (mode) {
    case LogMode::json: return make_json_log(environment);
    case LogMode::quiet: return std::make_unique<Face>();
    case LogMode::text: break;
  }
  return environment.terminal ? make_progress_bar(environment) : make_plain_log(environment);
}

}  // namespace pantile::cli
