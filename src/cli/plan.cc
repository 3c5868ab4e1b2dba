#include <ostream>

#include "cli/commands.h"
#include "cli/plan_text.h"

namespace pantile::cli {

Status command_plan(Call& call) {
  name_default_folder(call);
  PANTILE_ASSIGN(const GeneratePlan plan,
                 call.backend.plan(call.settings.generate, call.settings.run));
  switch (call.settings.log) {
    case LogMode::text: call.environment.out << plan_text(plan); break;
    case LogMode::json: call.environment.out << plan_json(plan, call.schema, call.settings); break;
    case LogMode::quiet: break;
  }
  return plan.refusal;  // what generate would say before it begins
}

}  // namespace pantile::cli
