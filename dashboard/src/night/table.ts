/** The night as rows and columns, for those who would rather read than look. */
import { html, nothing, type TemplateResult } from "lit";

import type { Format } from "../format";
import type { NightModel } from "./model";
import { minutes } from "./segments";
import { kindName } from "./summary";
import { stageTotals } from "./totals";

export function nightTable({ night, segments, unnamed }: NightModel, format: Format): TemplateResult {
  const { text } = format;
  const none = text("overlay.no_value");
  return html`<div class="table" role="region" tabindex="0" aria-label=${text("table.night")}>
    <table>
      <caption>
        ${text("table.totals")}
      </caption>
      <thead>
        <tr>
          <th scope="col">${text("table.stage")}</th>
          <th scope="col" class="end">${text("table.duration")}</th>
          <th scope="col" class="end">${text("table.share")}</th>
          <th scope="col" class="end">${text("table.usual")}</th>
        </tr>
      </thead>
      <tbody>
        ${unnamed
          ? html`<tr>
              <th scope="row">${text("stage.asleep")}</th>
              <td class="end">
                ${night.summary.total_sleep_time === null
                  ? none
                  : format.duration(night.summary.total_sleep_time)}
              </td>
              <td class="end">${none}</td>
              <td class="end">${none}</td>
            </tr>`
          : stageTotals(night).map(
              (total) => html`<tr>
                <th scope="row">${kindName(format, total.stage)}</th>
                <td class="end">
                  ${total.minutes === null ? none : format.duration(total.minutes)}
                </td>
                <td class="end">${total.share === null ? none : format.percent(total.share)}</td>
                <td class="end">
                  ${total.usual ? format.durations(total.usual[0], total.usual[2]) : none}
                </td>
              </tr>`,
            )}
      </tbody>
    </table>
    <table>
      <caption>
        ${text("table.stages")}
      </caption>
      <thead>
        <tr>
          <th scope="col">${text("table.time")}</th>
          <th scope="col">${text("table.stage")}</th>
          <th scope="col" class="end">${text("table.duration")}</th>
          <th scope="col" class="end">${text("table.confidence")}</th>
        </tr>
      </thead>
      <tbody>
        ${segments.map(
          (segment) => html`<tr>
            <td>${format.times(segment.start, segment.end)}</td>
            <td>${kindName(format, segment.kind, segment.resting)}</td>
            <td class="end">${format.duration(minutes(segment))}</td>
            <td class="end">
              ${segment.confidence === null ? none : format.percent(segment.confidence)}
            </td>
          </tr>`,
        )}
        ${segments.length === 0
          ? html`<tr>
              <td colspan="4">${text("table.empty")}</td>
            </tr>`
          : nothing}
      </tbody>
    </table>
  </div>`;
}
