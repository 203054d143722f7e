import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a request for a stack is answered with. */
export type StackAnswer =
  | { readonly outputs: Readonly<Record<string, string>> }
  | { readonly status: number; readonly code: string; readonly message: string };

export interface CloudFormation {
  /** Variables by which a command finds it. */
  readonly environment: Readonly<Record<string, string>>;
  /** Names of stacks that were asked for. */
  readonly asked: readonly string[];
  close(): Promise<void>;
}

/** A stand-in for CloudFormation over HTTP that knows one operation, DescribeStacks, in its query protocol (API reference, 2010-05-15). */
export async function startCloudFormation(answer: (stack: string) => StackAnswer): Promise<CloudFormation> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => void (body += text));
    request.on('end', () => {
      const stack = new URLSearchParams(body).get('StackName') ?? '';
      asked.push(stack);
      const said = answer(stack);
      response.writeHead('status' in said ? said.status : 200, { 'content-type': 'text/xml' });
      response.end('status' in said ? errorXml(said.code, said.message) : stackXml(stack, said.outputs));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    environment: {
      AWS_ENDPOINT_URL_CLOUDFORMATION: `http://127.0.0.1:${String(port)}`,
      AWS_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
    },
    asked,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

/** As CloudFormation answers for a name that it does not know. */
export function noSuchStack(stack: string): StackAnswer {
  return { status: 400, code: 'ValidationError', message: `Stack with id ${stack} does not exist` };
}

function stackXml(stack: string, outputs: Readonly<Record<string, string>>): string {
  const members = Object.entries(outputs).map(
    ([key, value]) => `<member><OutputKey>${key}</OutputKey><OutputValue>${value}</OutputValue></member>`,
  );
  const about = `<StackName>${stack}</StackName><StackStatus>CREATE_COMPLETE</StackStatus><CreationTime>2026-11-01T00:00:00Z</CreationTime>`;
  const stacks = `<Stacks><member>${about}<Outputs>${members.join('')}</Outputs></member></Stacks>`;
  return `<DescribeStacksResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><DescribeStacksResult>${stacks}</DescribeStacksResult></DescribeStacksResponse>`;
}

function errorXml(code: string, message: string): string {
  const error = `<Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error>`;
  return `<ErrorResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/">${error}<RequestId>1</RequestId></ErrorResponse>`;
}
