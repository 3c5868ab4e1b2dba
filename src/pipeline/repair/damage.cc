#include "pipeline/repair/damage.h"

#include "io/tiff/sums.h"
#include "pipeline/folder/job_record.h"
#include "pipeline/folder/outputs.h"
#include "pipeline/preview/previews.h"

namespace pantile {

void Damage::add(const Finding& finding) {
  if (finding.file == kJobFileName || finding.kind == FindingKind::foreign) return;
  if (finding.kind == FindingKind::leftover) {
    leftovers = true;
    return;
  }
  if (finding.shard && finding.shard->level == 0) {
    if (finding.chunk) {
      chunks.insert(*finding.chunk);
    } else {
      units.insert(*finding.shard);
    }
  }
  if (finding.kind == FindingKind::wrong_pixels && finding.chunk && finding.shard &&
      finding.chunk->level == 1) {
    doubtful.emplace(*finding.chunk, finding.file);
    return;
  }
  if (finding.kind == FindingKind::wrong_pixels && finding.file == kTiffName && finding.chunk &&
      finding.chunk->level == 0) {
    disputed.insert(*finding.chunk);
    return;
  }
  if (finding.kind == FindingKind::wrong_pixels && is_preview_name(finding.file)) {
    disputed_previews.insert(finding.file);
    return;
  }
  if (finding.kind == FindingKind::missing) missing = true;
  files.insert(finding.file);
  if (finding.file == kTiffName || finding.file == tiff::sums_key(kTiffName)) add_tiff();
}

void Damage::add_tiff() {
  // A TIFF and its checksums are made together.
  files.insert(kTiffName);
  files.insert(tiff::sums_key(kTiffName));
}

}  // namespace pantile
