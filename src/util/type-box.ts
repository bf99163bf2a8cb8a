// Forms of JSON as schemas and as types.

export { type Static, type TObject, type TProperties, Type } from "typebox";
