// Judges KQL with the parser that Azure's own editors use: node kql_check.js FOLDER_OF_PACKAGES TABLES.json QUERY.kql ...
// Prints, as JSON, the faults of each query and the columns of its result.
"use strict";
const fs = require("fs");
const path = require("path");
const vm = require("vm");

const [packages, tablesFile, ...queries] = process.argv.slice(2);
// Both files put what they define into the global scope, as in a browser.
for (const file of ["bridge.min.js", "Kusto.Language.Bridge.min.js"]) {
  const script = path.join(packages, "@kusto", "language-service-next", file);
  vm.runInThisContext(fs.readFileSync(script, "utf8"), { filename: script });
}
const { Symbols, GlobalState, KustoCode } = Kusto.Language;

function tableOf([name, columns]) {
  const schema = Object.entries(columns).map(([column, type]) => `${column}: ${type}`);
  return Symbols.TableSymbol.From(`(${schema.join(", ")})`).WithName(name);
}

const tables = Object.entries(JSON.parse(fs.readFileSync(tablesFile, "utf8"))).map(tableOf);
const database = new Symbols.DatabaseSymbol.$ctor1("telemetry", tables);
if (database.Members.Count !== tables.length) throw new Error("the tables were not taken");
const known = GlobalState.Default.WithDatabase(database);

function judged(file) {
  const text = fs.readFileSync(file, "utf8");
  const code = KustoCode.ParseAndAnalyze(text, known);
  const faults = Bridge.toArray(code.GetDiagnostics()).map(
    (each) => `line ${text.slice(0, each.Start).split("\n").length}: ${each.Code} ${each.Message}`
  );
  const columns = code.ResultType && code.ResultType.Columns ? Bridge.toArray(code.ResultType.Columns) : [];
  return [file, { faults, columns: Object.fromEntries(columns.map((each) => [each.Name, each.Type.Name])) }];
}

process.stdout.write(JSON.stringify(Object.fromEntries(queries.map(judged))));
