import { describeWeek } from '../support/describe-week.ts';

describeWeek({ hours: 168, kills: 50 });
