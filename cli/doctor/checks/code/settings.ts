import type { SettingRule } from "../../../registry/facts/facts.js";
import type { Check, Checkup, Finding } from "../../checkup.js";
import { brokenBound } from "../../settings/bound-rule.js";
import { optionSet } from "../../settings/option-rule.js";
import { differing } from "../../settings/same-rule.js";
import { switchedOff } from "../../settings/switch-rule.js";
import { past } from "../../settings/until-rule.js";

/** Settings that installed items say are unsafe; each rule has a check's name of its own. */
export const settings: Check = {
  name: "settings",
  run: (checkup) =>
    [...checkup.facts.values()].flatMap(({ settings: rules = [] }) => rules.flatMap((rule) => broken(rule, checkup))),
};

function broken(rule: SettingRule, checkup: Checkup): Finding[] {
  switch (rule.kind) {
    case "bound":
      return brokenBound(rule, checkup);
    case "switch":
      return switchedOff(rule, checkup);
    case "option":
      return optionSet(rule, checkup);
    case "until":
      return past(rule, checkup);
    case "same":
      return differing(rule, checkup);
  }
}
