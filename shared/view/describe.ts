/** Wording of conditions, actions and values; kept with the model, so that checks can use it too. */
export { describeAction, describePredicate, referenceText } from '#shared/model/describe.ts'
