// deploy/ecs, as far as that can be known without AWS: cfn-lint, the checks that the AWS CLI makes before it sends
// anything, and moto in the place of AWS. moto keeps a container's definition whole; it does not know AWS's own checks
// (which sizes Fargate has, say), and its CloudFormation has no scaling.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, type TestContext, test } from 'node:test';
import {
  CloudFormationClient,
  CreateStackCommand,
  DeleteStackCommand,
  DescribeStackResourcesCommand,
  DescribeStacksCommand,
  ValidateTemplateCommand,
} from '@aws-sdk/client-cloudformation';
import {
  type ContainerDefinition,
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  ECSClient,
  RegisterTaskDefinitionCommand,
} from '@aws-sdk/client-ecs';
import { run } from '../../tools/command.ts';
import { installPythonTools } from '../../tools/python.ts';
import { taskDefinition, taskDefinitionFile } from './support/ecs.ts';
import { spot, spotEnvironment, template, templateFile } from './support/ecs-template.ts';
import { type Moto, startMoto } from './support/moto.ts';

const definition = taskDefinition();
const stack = String(definition.family);
const [, repository = '', tag = ''] = /^.*\/(.+):(.+)$/.exec(definition.containerDefinitions[0].image ?? '') ?? [];
const [{ valueFrom: secret = '' } = {}] = definition.containerDefinitions[0].secrets ?? [];

/** What the user has already. */
const network = `
Resources:
  Vpc: { Type: AWS::EC2::VPC, Properties: { CidrBlock: 10.0.0.0/16 } }
  A: { Type: AWS::EC2::Subnet, Properties: { VpcId: !Ref Vpc, CidrBlock: 10.0.0.0/24, AvailabilityZone: us-east-1a } }
  B: { Type: AWS::EC2::Subnet, Properties: { VpcId: !Ref Vpc, CidrBlock: 10.0.1.0/24, AvailabilityZone: us-east-1b } }
`;

let moto: Moto;
let ecs: ECSClient;
let cloudFormation: CloudFormationClient;
before(async () => {
  moto = await startMoto();
  ecs = new ECSClient(moto.configuration);
  cloudFormation = new CloudFormationClient(moto.configuration);
  await create('network', network);
});
after(() => moto?.stop());

test('cfn-lint has nothing to say about service.yaml', async () => {
  const cfnLint = join(await installPythonTools('deploy'), 'cfn-lint');
  const { code, output } = await run(cfnLint, ['--include-checks', 'I', '--', templateFile], { timeoutMs: 120_000 });
  assert.equal(output, '');
  assert.equal(code, 0);
});

test('task-definition.json has the names and types that ECS knows, and nothing else', async () => {
  // botocore is the AWS CLI's own core; it knows the service's model.
  const check = `
import json, sys, botocore.session, botocore.validate
model = botocore.session.get_session().get_service_model('ecs').operation_model('RegisterTaskDefinition')
print(botocore.validate.ParamValidator().validate(json.load(open(sys.argv[1])), model.input_shape).generate_report())`;
  const python = join(await installPythonTools('deploy'), 'python');
  const { output } = await run(python, ['-c', check, taskDefinitionFile], { timeoutMs: 120_000 });
  assert.equal(output, '');
});

test('task-definition.json is registered, and nothing of it is lost', async () => {
  await ecs.send(new RegisterTaskDefinitionCommand(definition));
  const { taskDefinition: registered } = await ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition: stack }));
  assert.ok(registered !== undefined);
  for (const [name, value] of Object.entries(definition)) {
    if (name === 'containerDefinitions') continue;
    assert.deepEqual(registered[name as keyof typeof registered], value, name);
  }
  const [container] = registered.containerDefinitions ?? [];
  for (const [name, value] of Object.entries(definition.containerDefinitions[0])) {
    assert.deepEqual(container?.[name as keyof ContainerDefinition], value, name);
  }
});

test('service.yaml is valid, and a stack of it gets its resources', async (t) => {
  const body = readFileSync(templateFile, 'utf8');
  await cloudFormation.send(new ValidateTemplateCommand({ TemplateBody: body }));
  await createStack(t, { CertificateArn: await requestCertificate() });
  const unknownToMoto = ['ScalableTarget', 'ScaleByCpu', 'ScaleByRequests'];
  const created = await resourcesOf(stack);
  assert.deepEqual(
    Object.keys(template.Resources).filter((name) => !(name in created)),
    unknownToMoto,
  );
  const services = await ecs.send(new DescribeServicesCommand({ cluster: stack, services: [created.Service ?? ''] }));
  assert.equal(services.services?.[0]?.status, 'ACTIVE');
  const { Stacks = [] } = await cloudFormation.send(new DescribeStacksCommand({ StackName: stack }));
  const outputs = Stacks[0]?.Outputs?.map(({ OutputKey, OutputValue }) => `${OutputKey}=${OutputValue}`) ?? [];
  assert.match(outputs.join(' '), /^Url=https:\/\/\S+ Cluster=my-app Service=my-app-\S+ LogGroup=\/ecs\/my-app$/);
});

test('the container in service.yaml is the one in task-definition.json', async (t) => {
  await createStack(t, { DatabaseUrlSecret: secret });
  const container = await containerOfStack();
  for (const [name, value] of Object.entries(definition.containerDefinitions[0])) {
    assert.deepEqual(container[name as keyof ContainerDefinition], value, name);
  }
  // What only one of them has would be a difference, too; moto adds what is empty.
  const added = Object.entries(container).filter(([name]) => !(name in definition.containerDefinitions[0]));
  for (const [name, value] of added) assert.ok(!value || (Array.isArray(value) && value.length === 0), name);
});

test('the task in service.yaml is the one in task-definition.json', () => {
  const {
    ContainerDefinitions: _,
    ExecutionRoleArn: __,
    TaskRoleArn: ___,
    ...task
  } = template.Resources.TaskDefinition.Properties;
  const { containerDefinitions, executionRoleArn, taskRoleArn, ...expected } = definition;
  const given: Record<string, string> = { 'AWS::StackName': stack };
  const valued = JSON.parse(JSON.stringify(task), (_, value) =>
    typeof value?.Ref === 'string' ? (given[value.Ref] ?? String(template.Parameters[value.Ref]?.Default)) : value,
  );
  assert.deepEqual(inCamelCase(valued), expected);
});

test('Capacity=Spot gives it the time that Spot has; Exec=on what Exec needs', async (t) => {
  await createStack(t, { Capacity: 'Spot', Exec: 'on' });
  const container = await containerOfStack();
  const environment = Object.fromEntries((container.environment ?? []).map(({ name, value }) => [name, value]));
  assert.deepEqual({ ...environment, ...spotEnvironment }, environment);
  assert.equal(container.stopTimeout, spot.StopTimeout);
  assert.equal(container.readonlyRootFilesystem, false);
  assert.equal(container.linuxParameters?.capabilities, undefined);
});

/** The stack of service.yaml, until the test ends. */
async function createStack(t: TestContext, parameters: Record<string, string>): Promise<void> {
  t.after(() => cloudFormation.send(new DeleteStackCommand({ StackName: stack })));
  const { Vpc, A, B } = await resourcesOf('network');
  const all = {
    Repository: repository,
    Tag: tag,
    VpcId: `${Vpc}`,
    LoadBalancerSubnets: `${A},${B}`,
    TaskSubnets: `${A},${B}`,
    ...parameters,
  };
  await create(stack, readFileSync(templateFile, 'utf8'), all);
}

async function create(name: string, body: string, parameters: Record<string, string> = {}): Promise<void> {
  await cloudFormation.send(
    new CreateStackCommand({
      StackName: name,
      TemplateBody: body,
      Capabilities: ['CAPABILITY_IAM'],
      Parameters: Object.entries(parameters).map(([ParameterKey, ParameterValue]) => ({
        ParameterKey,
        ParameterValue,
      })),
    }),
  );
}

/** @returns the ids of those that are complete, by their name in the template */
async function resourcesOf(name: string): Promise<Record<string, string>> {
  const { StackResources = [] } = await cloudFormation.send(new DescribeStackResourcesCommand({ StackName: name }));
  const complete = StackResources.filter(({ ResourceStatus }) => ResourceStatus === 'CREATE_COMPLETE');
  return Object.fromEntries(complete.map((each) => [each.LogicalResourceId, each.PhysicalResourceId]));
}

/** moto's load balancer looks for the certificate. With Python's SDK, which comes with moto. @returns its ARN */
async function requestCertificate(): Promise<string> {
  const request = `
import boto3, sys
acm = boto3.client('acm', 'us-east-1', endpoint_url=sys.argv[1], aws_access_key_id='any', aws_secret_access_key='any')
print(acm.request_certificate(DomainName='app.example.com')['CertificateArn'])`;
  const python = join(await installPythonTools('deploy'), 'python');
  return (await run(python, ['-c', request, moto.configuration.endpoint], { timeoutMs: 120_000 })).output;
}

async function containerOfStack(): Promise<ContainerDefinition> {
  const { taskDefinition } = await ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition: stack }));
  const [container] = taskDefinition?.containerDefinitions ?? [];
  assert.ok(container !== undefined);
  return container;
}

/** CloudFormation's names are those of the API, with a capital letter. */
function inCamelCase(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inCamelCase);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [name[0]?.toLowerCase() + name.slice(1), inCamelCase(each)]),
  );
}
