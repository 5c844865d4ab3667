/** A resource of the synthesised template, its intrinsic functions resolved. */
export type Resource = {
  logicalId: string;
  stack: string;
  type: string;
  properties: Record<string, unknown>;
  metadata: Record<string, unknown>;
  /** What `Ref` gives. */
  ref: string;
  /** What `Fn::GetAtt … Arn` gives. */
  arn: string;
  /** Physical name, such as the table's or function's. */
  name: string;
};

/** All stacks of one `cdk.out`, in dependency order. */
export type Template = {
  region: string;
  accountId: string;
  /** Directory of the cloud assembly. */
  directory: string;
  resources: Resource[];
  ofType: (type: string) => Resource[];
  /** Directory of a function's unpacked asset, from its `Code`. */
  assetDirectory: (code: unknown) => string;
};
