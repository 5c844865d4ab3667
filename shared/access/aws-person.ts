/** A person who acts in the AWS console: their name in the identity provider, and their permission set. */
export type AwsPerson = { name: string; permissionSet: string };

/**
 * The person behind a caller that AWS reports. Only roles of IAM Identity Center are accepted: there the identity provider
 * sets the session's name, while anybody who may assume another role types one. Source: IAM user guide,
 * "Identifiers for IAM Identity Center sessions".
 */
export function awsPersonOf(arn: string): AwsPerson | undefined {
  const [, permissionSet, name] =
    /^arn:aws[a-z-]*:sts::\d{12}:assumed-role\/AWSReservedSSO_([\w+=,.@-]{1,40})_[0-9a-f]{16}\/([\w+=,.@-]{2,64})$/.exec(
      arn,
    ) ?? [];
  return permissionSet === undefined || name === undefined ? undefined : { permissionSet, name: name.toLowerCase() };
}
