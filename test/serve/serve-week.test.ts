import { describeWeek } from '../support/describe-week.ts';

describeWeek({ hours: 12, kills: 3 });
