import { aSend } from '../journey-examples.ts';
import { Done, findsErrors, isFine, saying } from './validation-examples.ts';

findsErrors([
  [
    'a place with nothing to say where it is empty',
    'no-fallback',
    'steps.Hello.template.body',
    { steps: saying('Hello {{traits.firstName}}') },
  ],
  [
    'a place that is not closed',
    'template-syntax',
    'steps.Hello.template.body',
    { steps: saying('{{traits.name | x') },
  ],
  [
    'a place inside another',
    'template-syntax',
    'steps.Hello.template.body',
    { steps: saying('{{traits.name | {{traits.first | x}}}}') },
  ],
  ['a word nobody knows', 'unknown-variable', 'steps.Hello.template.body', { steps: saying('{{user.name | x}}') }],
  [
    'a result that no step keeps',
    'unknown-variable',
    'steps.Hello.template.body',
    { steps: saying('{{vars.offer.title | x}}') },
  ],
  [
    'a result that only a later step keeps',
    'unknown-variable',
    'steps.Hello.template.body',
    {
      steps: {
        Hello: aSend({ template: { subject: 'x', body: '{{vars.offer.title | x}}' }, next: 'Choose' }),
        Choose: { kind: 'decide', placement: 'home', next: 'Done' },
        Done,
      },
    },
  ],
]);

isFine([
  [
    'an empty text where a trait is missing is meant where it is said',
    { steps: saying('Hello {{traits.firstName | }}') },
  ],
  [
    'a result that a loop brings back',
    {
      steps: {
        Hello: aSend({ template: { subject: 'x', body: '{{vars.offer.title | x}}' }, next: 'Choose' }),
        Choose: { kind: 'decide', placement: 'home', next: 'Again' },
        Again: { kind: 'goTo', to: 'Hello', limit: 2, next: 'Done' },
        Done,
      },
    },
  ],
]);
