/** No mail server will ever have this name (RFC 2606): addresses of the rows that stand for members who have left. */
export const formerHost = 'former.invalid';

/** Whether a row of members stands for those who left: nobody is there whom a letter could reach. */
export const isStandIn = ({ email }: { email: string }): boolean => email.endsWith(`@${formerHost}`);
