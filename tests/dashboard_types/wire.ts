import type { AnnotationQuery, Dashboard, DataQuery } from "@grafana/schema";

// What a type of Grafana is in JSON: the members of its enumerations are their bare values there.
export type Wire<T> = T extends string
  ? `${T}`
  : T extends number
    ? `${T}` extends `${infer N extends number}`
      ? N
      : T
    : T extends ReadonlyArray<infer U>
      ? ReadonlyArray<Wire<U>>
      : T extends object
        ? { readonly [K in keyof T]: Wire<T[K]> }
        : T;

// A statement as the PostgreSQL data source takes it; its types are not in the package.
interface Statement extends DataQuery {
  editorMode: "code";
  format: "table" | "time_series";
  rawQuery: true;
  rawSql: string;
}

export type Board = Omit<Dashboard, "annotations"> & { annotations?: { list?: Array<AnnotationQuery<Statement>> } };
