#include "pipeline/repair/damage.h"

#include "io/tiff/sums.h"
#include "pipeline/folder/job_record.h"
#include "pipeline/folder/outputs.h"

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
  if (finding.kind == FindingKind::missing) missing = true;
  files.insert(finding.file);
  // A TIFF and its checksums are made together.
  const std::string sums = tiff::sums_key(kTiffName);
  if (finding.file == kTiffName) files.insert(sums);
  if (finding.file == sums) files.insert(kTiffName);
}

}  // namespace pantile
