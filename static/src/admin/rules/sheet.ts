// The style of the places of rules, brought with their code.
import sheet from './rules.css';
export function useRuleSheet(use: (name: string, text: string) => void): void { use('rules', sheet); }
