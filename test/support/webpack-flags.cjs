// Runs webpack with flags as webpack-cli does, by webpack's own account of what they set.
const { resolve } = require("node:path");
const process = require("node:process");
const { parseArgs } = require("node:util");
const webpack = require("webpack");

const known = webpack.cli.getArguments();
const options = Object.fromEntries(
  Object.entries(known).map(([name, { configs }]) => {
    const isSwitch = configs.every(({ type }) => type === "boolean" || type === "reset");
    return [name, { type: isSwitch ? "boolean" : "string", multiple: true }];
  }),
);
// `output.clean` takes an object too.
options["output-clean"] = { type: "boolean", multiple: true };

const { values } = parseArgs({ options, allowNegative: true });
const given = Object.fromEntries(
  Object.entries(values).map(([name, all]) => [name, known[name].multiple ? all : all.at(-1)]),
);
const config = require(resolve("webpack.config.js"));
const problems = webpack.cli.processArguments(known, config, given);
if (problems) throw new Error(JSON.stringify(problems));
webpack(config, (error, stats) => {
  if (!error && !stats.hasErrors()) return;
  console.error(error ?? stats.toString());
  process.exitCode = 1;
});
