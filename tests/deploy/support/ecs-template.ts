// deploy/ecs/service.yaml, as data. Its functions (!Ref and the like) stay what they are: { Ref: … }.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, type ScalarTag } from 'yaml';
import { projectRoot } from '../../../tools/paths.ts';

export const templateFile = join(projectRoot, 'deploy/ecs/service.yaml');

interface Attribute {
  Key: string;
  Value: string;
}

interface Template {
  Parameters: Record<string, { Default?: string | number }>;
  Mappings: { CapacityKinds: Record<'OnDemand' | 'Spot', Record<string, string | number>> };
  Resources: Record<string, unknown> & {
    TaskDefinition: { Properties: Record<string, unknown> };
    Service: { Properties: { HealthCheckGracePeriodSeconds: number } };
    LoadBalancer: { Properties: { LoadBalancerAttributes: Attribute[] } };
    TargetGroup: {
      Properties: {
        HealthCheckPath: string;
        HealthCheckIntervalSeconds: number;
        HealthCheckTimeoutSeconds: number;
        HealthyThresholdCount: number;
        UnhealthyThresholdCount: number;
        TargetGroupAttributes: Attribute[];
      };
    };
  };
}

const scalarTag = (name: string): ScalarTag => ({
  tag: `!${name}`,
  resolve: (text) => ({ [name === 'Ref' ? 'Ref' : `Fn::${name}`]: text }),
});

export const template: Template = parse(readFileSync(templateFile, 'utf8'), {
  // Of sequences the tag is dropped: nothing is read from them here.
  customTags: ['Ref', 'Sub', 'GetAtt'].map(scalarTag),
  logLevel: 'silent',
});

/** What the template's `Capacity=Spot` sets. */
export const spot = template.Mappings.CapacityKinds.Spot;
export const spotEnvironment = {
  STOP_TIMEOUT: String(spot.StopTimeoutSetting),
  DRAIN_DELAY: String(spot.DrainDelaySetting),
};

const { LoadBalancer, TargetGroup } = template.Resources;

/** @returns what the load balancer, or its target group, has for an attribute, in seconds */
export function secondsOf(attribute: string): number {
  const all = [...LoadBalancer.Properties.LoadBalancerAttributes, ...TargetGroup.Properties.TargetGroupAttributes];
  return Number(all.find(({ Key }) => Key === attribute)?.Value);
}
