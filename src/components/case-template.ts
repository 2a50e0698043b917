/** What a case of the week begins with: the coordinator who starts it fills it in. */
export const caseTemplate = {
  title: 'Case of the week: ',
  body: `**Where:** place, population, what the centre looks like (people, channels, systems)

**What happened:**

**What was tried, and what came of it:**

**The numbers, and how they were counted:**

**What we would like to hear from you:**

1. Have you had this? What did you do?
2. What would you have measured?
3. What would you warn others about?
`,
};
