// Parses a file of Apex: node parse_apex.mjs class|trigger|script FILE; the first mistake ends it. Run by test_clients.py.
import { readFileSync } from "node:fs";
import { ApexParserFactory, ThrowingErrorListener } from "@apexdevtools/apex-parser";

const [kind, file] = process.argv.slice(2);
const units = { class: "compilationUnit", trigger: "triggerUnit", script: "anonymousUnit" };
const parser = ApexParserFactory.createParser(readFileSync(file, "utf8"));
parser.removeErrorListeners();
parser.addErrorListener(new ThrowingErrorListener());
parser[units[kind]]();
